import { inject } from '@angular/core';
import { Actions, createEffect, ofType } from '@ngrx/effects';
import { Store } from '@ngrx/store';
import {
  catchError,
  EMPTY,
  filter,
  from,
  map,
  mergeMap,
  of,
  switchMap,
  takeUntil,
  timer,
  withLatestFrom,
} from 'rxjs';

import { allPages } from '../api/all-pages';
import { Api } from '../api/client';
import { toProblem } from '../api/problem';
import { SessionActions } from '../auth/session.actions';
import { sessionFeature } from '../auth/session.feature';
import { APP_CONFIG } from '../core/config';
import { HubActions } from '../hub/hub.actions';
import { FriendsActions } from './friends.actions';

export const loadOnReady = createEffect(
  (actions$ = inject(Actions)) =>
    actions$.pipe(
      ofType(SessionActions.ready, HubActions.linkChanged),
      filter((action) => action.type === SessionActions.ready.type || action.link === 'online'),
      map(() => FriendsActions.load()),
    ),
  { functional: true },
);

/** Every `presencePollSeconds`, whether or not the hub is there (W-44). */
export const poll = createEffect(
  (actions$ = inject(Actions), period = inject(APP_CONFIG).presencePollSeconds * 1000) =>
    actions$.pipe(
      ofType(SessionActions.ready),
      switchMap(() =>
        timer(period, period).pipe(
          takeUntil(actions$.pipe(ofType(SessionActions.ended, SessionActions.signOut))),
          map(() => FriendsActions.poll()),
        ),
      ),
    ),
  { functional: true },
);

export const load = createEffect(
  (actions$ = inject(Actions), store = inject(Store), api = inject(Api)) =>
    actions$.pipe(
      ofType(FriendsActions.load, FriendsActions.poll),
      withLatestFrom(store.select(sessionFeature.selectUserId)),
      switchMap(([, id]) => {
        if (!id) return EMPTY;
        const page = (cursor: string | undefined) =>
          api.call(
            (c) =>
              c.GET('/api/users/{id}/friendships', {
                params: { path: { id }, query: { limit: 100, ...(cursor && { cursor }) } },
              }),
            'background',
          );
        return from(allPages(page)).pipe(
          map((friendships) => FriendsActions.loaded({ friendships })),
          catchError((error: unknown) => of(FriendsActions.failed({ problem: toProblem(error) }))),
        );
      }),
    ),
  { functional: true },
);

export const remove = createEffect(
  (actions$ = inject(Actions), api = inject(Api)) =>
    actions$.pipe(
      ofType(FriendsActions.remove),
      mergeMap(({ friend }) =>
        from(
          api.call((c) =>
            c.DELETE('/api/users/friendships/{id}', { params: { path: { id: friend.friendshipId } } }),
          ),
        ).pipe(
          map(() => FriendsActions.removed({ friend })),
          catchError((error: unknown) =>
            of(FriendsActions.removeFailed({ friend, problem: toProblem(error) })),
          ),
        ),
      ),
    ),
  { functional: true },
);
