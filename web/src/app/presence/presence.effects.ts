import { DOCUMENT, inject } from '@angular/core';
import { Actions, createEffect, ofType } from '@ngrx/effects';
import { Store } from '@ngrx/store';
import {
  catchError,
  EMPTY,
  filter,
  from,
  fromEvent,
  map,
  merge,
  switchMap,
  tap,
  throttleTime,
  withLatestFrom,
} from 'rxjs';

import { Api } from '../api/client';
import { SessionActions } from '../auth/session.actions';
import { APP_CONFIG } from '../core/config';
import { FriendsActions } from '../friends/friends.actions';
import { Hub } from '../hub/hub-connection';
import { HubActions } from '../hub/hub.actions';
import { linkFeature } from '../hub/link.feature';
import { PresenceActions } from './presence.actions';

export const loadAlong = createEffect(
  (actions$ = inject(Actions)) =>
    actions$.pipe(
      ofType(SessionActions.ready, HubActions.linkChanged, HubActions.friendshipCreated, FriendsActions.poll),
      filter((action) => action.type !== HubActions.linkChanged.type || action.link === 'online'),
      map(() => PresenceActions.load()),
    ),
  { functional: true },
);

export const load = createEffect(
  (actions$ = inject(Actions), api = inject(Api)) =>
    actions$.pipe(
      ofType(PresenceActions.load),
      switchMap(() =>
        from(api.call((c) => c.GET('/api/session/friends'), 'background')).pipe(
          map(({ items }) => PresenceActions.loaded({ friends: items })),
          catchError(() => EMPTY),
        ),
      ),
    ),
  { functional: true },
);

/** Tells the hub that somebody is there, often enough that no active person is called idle (B-14). */
export const reportActivity = createEffect(
  (
    store = inject(Store),
    hub = inject(Hub),
    page = inject(DOCUMENT),
    idleAfter = inject(APP_CONFIG).idleAfterSeconds,
  ) =>
    merge(
      fromEvent(page, 'keydown'),
      fromEvent(page, 'pointerdown'),
      fromEvent(page, 'pointermove'),
      fromEvent(page, 'wheel', { passive: true }),
      fromEvent(page, 'visibilitychange').pipe(filter(() => page.visibilityState === 'visible')),
    ).pipe(
      throttleTime((idleAfter * 1000) / 4),
      withLatestFrom(store.select(linkFeature.selectOnline)),
      filter(([, online]) => online),
      tap(() => void hub.invoke('Activity').catch(() => undefined)),
    ),
  { functional: true, dispatch: false },
);
