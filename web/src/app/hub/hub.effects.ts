import { inject } from '@angular/core';
import { Actions, createEffect, ofType } from '@ngrx/effects';
import { distinctUntilChanged, filter, map, skipWhile, tap } from 'rxjs';

import { SessionActions } from '../auth/session.actions';
import { Hub } from './hub-connection';
import { HubActions } from './hub.actions';
import { toAction } from './push-actions';

export const connectWhenReady = createEffect(
  (actions$ = inject(Actions), hub = inject(Hub)) =>
    actions$.pipe(
      ofType(SessionActions.ready),
      tap(() => hub.start()),
    ),
  { functional: true, dispatch: false },
);

export const disconnectOnLeave = createEffect(
  (actions$ = inject(Actions), hub = inject(Hub)) =>
    actions$.pipe(
      ofType(SessionActions.signOut, SessionActions.ended),
      tap(() => hub.stop()),
    ),
  { functional: true, dispatch: false },
);

export const tryNow = createEffect(
  (actions$ = inject(Actions), hub = inject(Hub)) =>
    actions$.pipe(
      ofType(HubActions.tryNow),
      tap(() => hub.tryNow()),
    ),
  { functional: true, dispatch: false },
);

export const linkChanges = createEffect(
  (hub = inject(Hub)) =>
    hub.state.pipe(
      skipWhile((link) => link === 'stopped'),
      distinctUntilChanged(),
      map((link) => HubActions.linkChanged({ link })),
    ),
  { functional: true },
);

export const pushes = createEffect(
  (hub = inject(Hub)) =>
    hub.pushes.pipe(
      map(toAction),
      filter((action) => action !== null),
    ),
  { functional: true },
);
