import { inject } from '@angular/core';
import { Actions, createEffect, ofType } from '@ngrx/effects';
import { Store } from '@ngrx/store';
import { catchError, EMPTY, filter, from, map, mergeMap, of, switchMap, withLatestFrom } from 'rxjs';

import { allPages } from '../api/all-pages';
import { Api } from '../api/client';
import type { FriendshipRequestView } from '../api/models';
import { toProblem } from '../api/problem';
import { SessionActions } from '../auth/session.actions';
import { sessionFeature } from '../auth/session.feature';
import { NEW_ID } from '../core/ids';
import { FriendsActions } from '../friends/friends.actions';
import { HubActions } from '../hub/hub.actions';
import { RequestsActions } from './requests.actions';

export const loadWithFriends = createEffect(
  (actions$ = inject(Actions)) =>
    actions$.pipe(
      ofType(SessionActions.ready, HubActions.linkChanged, FriendsActions.poll),
      filter((action) => action.type !== HubActions.linkChanged.type || action.link === 'online'),
      map(() => RequestsActions.load()),
    ),
  { functional: true },
);

export const load = createEffect(
  (actions$ = inject(Actions), store = inject(Store), api = inject(Api)) =>
    actions$.pipe(
      ofType(RequestsActions.load),
      withLatestFrom(store.select(sessionFeature.selectUserId)),
      switchMap(([, id]) => {
        if (!id) return EMPTY;
        const list = (direction: 'incoming' | 'outgoing'): Promise<FriendshipRequestView[]> =>
          allPages((cursor) =>
            api.call(
              (c) =>
                c.GET('/api/users/{id}/friendship-requests', {
                  params: {
                    path: { id },
                    query: { direction, state: 'pending', limit: 100, ...(cursor && { cursor }) },
                  },
                }),
              'background',
            ),
          );
        return from(Promise.all([list('incoming'), list('outgoing')])).pipe(
          map((lists) => RequestsActions.loaded({ requests: lists.flat() })),
          catchError((error: unknown) => of(RequestsActions.failed({ problem: toProblem(error) }))),
        );
      }),
    ),
  { functional: true },
);

/** Every question goes out, however quickly the next follows (B-29). */
export const ask = createEffect(
  (actions$ = inject(Actions), api = inject(Api), newId = inject(NEW_ID)) =>
    actions$.pipe(
      ofType(RequestsActions.ask),
      mergeMap(({ person }) =>
        from(
          api.call((c) =>
            c.POST('/api/users/friendship-requests', { body: { id: newId(), requesteeId: person.id } }),
          ),
        ).pipe(
          map((request) => RequestsActions.asked({ request, person })),
          catchError((error: unknown) =>
            of(RequestsActions.askFailed({ person, problem: toProblem(error) })),
          ),
        ),
      ),
    ),
  { functional: true },
);

export const answer = createEffect(
  (actions$ = inject(Actions), api = inject(Api)) =>
    actions$.pipe(
      ofType(RequestsActions.answer),
      mergeMap(({ request, answer: verb }) =>
        from(
          api.call((c) =>
            c.POST(`/api/users/friendship-requests/{id}/${verb}`, { params: { path: { id: request.id } } }),
          ),
        ).pipe(
          map((settled) => RequestsActions.answered({ request: settled, answer: verb })),
          catchError((error: unknown) =>
            of(RequestsActions.answerFailed({ request, problem: toProblem(error) })),
          ),
        ),
      ),
    ),
  { functional: true },
);

/** An answer the server refused was made on an old view of things. */
export const reloadAfterRefusal = createEffect(
  (actions$ = inject(Actions)) =>
    actions$.pipe(
      ofType(RequestsActions.answerFailed),
      map(() => RequestsActions.load()),
    ),
  { functional: true },
);

/** An accepted request makes a friendship; the push may be lost, the list is not. */
export const friendsAfterAccept = createEffect(
  (actions$ = inject(Actions)) =>
    actions$.pipe(
      ofType(RequestsActions.answered),
      filter(({ answer: verb }) => verb === 'accept'),
      map(() => FriendsActions.load()),
    ),
  { functional: true },
);
