import { inject } from '@angular/core';
import { Router } from '@angular/router';
import { Actions, createEffect, ofType } from '@ngrx/effects';
import { Store } from '@ngrx/store';
import {
  catchError,
  concatMap,
  EMPTY,
  exhaustMap,
  filter,
  from,
  map,
  of,
  switchMap,
  tap,
  withLatestFrom,
} from 'rxjs';

import { Api } from '../api/client';
import { toProblem } from '../api/problem';
import { LEAVE } from '../core/leave';
import { SessionActions } from './session.actions';
import { mayChat, sessionFeature } from './session.feature';
import { TokenSource } from './token-source';

export const loadOnSignIn = createEffect(
  (actions$ = inject(Actions)) =>
    actions$.pipe(
      ofType(SessionActions.signedIn),
      map(() => SessionActions.loadAccount()),
    ),
  { functional: true },
);

export const loadAccount = createEffect(
  (actions$ = inject(Actions), api = inject(Api)) =>
    actions$.pipe(
      ofType(SessionActions.loadAccount),
      switchMap(() =>
        from(api.call((c) => c.GET('/api/account/me'))).pipe(
          map((account) => SessionActions.accountLoaded({ account })),
          catchError((error: unknown) => of(SessionActions.accountFailed({ problem: toProblem(error) }))),
        ),
      ),
    ),
  { functional: true },
);

export const becomeReady = createEffect(
  (actions$ = inject(Actions), store = inject(Store)) =>
    actions$.pipe(
      ofType(SessionActions.accountLoaded),
      withLatestFrom(store.select(sessionFeature.selectReady)),
      filter(([{ account }, ready]) => !ready && mayChat(account)),
      map(([{ account }]) => SessionActions.ready({ userId: account.id })),
    ),
  { functional: true },
);

export const resendConfirmation = createEffect(
  (actions$ = inject(Actions), store = inject(Store), api = inject(Api)) =>
    actions$.pipe(
      ofType(SessionActions.resendConfirmation),
      withLatestFrom(store.select(sessionFeature.selectAccount)),
      exhaustMap(([, account]) =>
        from(
          api.call((c) =>
            c.POST('/api/account/resend-confirmation', { body: { email: account?.email ?? '' } }),
          ),
        ).pipe(
          map(() => SessionActions.confirmationSent()),
          catchError((error: unknown) =>
            of(SessionActions.confirmationFailed({ problem: toProblem(error) })),
          ),
        ),
      ),
    ),
  { functional: true },
);

/** Permissions ride in the token, so a confirmed address shows only in a new one. */
export const checkConfirmation = createEffect(
  (actions$ = inject(Actions), tokens = inject(TokenSource)) =>
    actions$.pipe(
      ofType(SessionActions.checkConfirmation),
      exhaustMap(() =>
        from(tokens.renewedToken()).pipe(
          map(() => SessionActions.loadAccount()),
          catchError((error: unknown) => of(SessionActions.accountFailed({ problem: toProblem(error) }))),
        ),
      ),
    ),
  { functional: true },
);

export const signOut = createEffect(
  (actions$ = inject(Actions), tokens = inject(TokenSource), leave = inject(LEAVE)) =>
    actions$.pipe(
      ofType(SessionActions.signOut),
      concatMap(() =>
        from(tokens.signOut()).pipe(
          // The issuer did not answer: the tokens are gone from here all the same.
          catchError(() => {
            leave('/signed-out?why=local');
            return EMPTY;
          }),
        ),
      ),
    ),
  { functional: true, dispatch: false },
);

export const noticeEnd = createEffect(
  (tokens = inject(TokenSource)) => tokens.ended.pipe(map(() => SessionActions.ended())),
  { functional: true },
);

/** Leaves by a real page load: nothing of the person's stays in memory. */
export const leaveOnEnd = createEffect(
  (actions$ = inject(Actions), router = inject(Router), leave = inject(LEAVE)) =>
    actions$.pipe(
      ofType(SessionActions.ended),
      tap(() => leave(`/signed-out?why=ended&to=${encodeURIComponent(router.url)}`)),
    ),
  { functional: true, dispatch: false },
);
