import { inject } from '@angular/core';
import { Router } from '@angular/router';
import { Actions, createEffect, ofType } from '@ngrx/effects';
import { Store } from '@ngrx/store';
import {
  catchError,
  concat,
  EMPTY,
  exhaustMap,
  filter,
  from,
  groupBy,
  map,
  mergeMap,
  of,
  switchMap,
  tap,
  timer,
  withLatestFrom,
} from 'rxjs';

import { Api } from '../api/client';
import { toProblem } from '../api/problem';
import { SessionActions } from '../auth/session.actions';
import { NEW_ID } from '../core/ids';
import { HubActions } from '../hub/hub.actions';
import { PAGE_SIZE } from './chat-entry';
import { ChatsApiActions, ChatsPageActions } from './chats.actions';
import { chatsFeature } from './chats.feature';

/** Lists come anew at the start and after every (re)connect: what was pushed meanwhile is lost to us. */
export const refreshLists = createEffect(
  (actions$ = inject(Actions)) =>
    actions$.pipe(
      ofType(SessionActions.ready, HubActions.linkChanged),
      filter((action) => action.type === SessionActions.ready.type || action.link === 'online'),
      map(() => ChatsApiActions.refreshLists()),
    ),
  { functional: true },
);

export const loadChats = createEffect(
  (actions$ = inject(Actions), api = inject(Api)) =>
    actions$.pipe(
      ofType(ChatsApiActions.refreshLists),
      switchMap(() =>
        from(api.call((c) => c.GET('/api/chats'), 'background')).pipe(
          map(({ items }) => ChatsApiActions.chatsLoaded({ chats: items })),
          catchError((error: unknown) => of(ChatsApiActions.chatsFailed({ problem: toProblem(error) }))),
        ),
      ),
    ),
  { functional: true },
);

export const loadInvitations = createEffect(
  (actions$ = inject(Actions), api = inject(Api)) =>
    actions$.pipe(
      ofType(ChatsApiActions.refreshLists),
      switchMap(() =>
        from(api.call((c) => c.GET('/api/chats/invitations'), 'background')).pipe(
          map(({ items }) => ChatsApiActions.invitationsLoaded({ invitations: items })),
          catchError(() => EMPTY),
        ),
      ),
    ),
  { functional: true },
);

export const chatsToRead = createEffect(
  (actions$ = inject(Actions)) =>
    actions$.pipe(
      ofType(HubActions.chatAdded, HubActions.membersChanged),
      map(({ chatId }) => ChatsApiActions.refreshChat({ chatId })),
    ),
  { functional: true },
);

/** A message for a chat we have not heard of: its ChatAdded was lost or is still on its way. */
export const unknownChat = createEffect(
  (actions$ = inject(Actions), store = inject(Store)) =>
    actions$.pipe(
      ofType(HubActions.messagePosted),
      withLatestFrom(store.select(chatsFeature.selectChatsState)),
      filter(([{ message }, state]) => state.load.state === 'ready' && !state.entities[message.chatId]),
      map(([{ message }]) => ChatsApiActions.refreshChat({ chatId: message.chatId })),
    ),
  { functional: true },
);

export const loadChat = createEffect(
  (actions$ = inject(Actions), api = inject(Api)) =>
    actions$.pipe(
      ofType(ChatsApiActions.refreshChat),
      groupBy(({ chatId }) => chatId, { duration: () => timer(60_000) }),
      mergeMap((group) =>
        group.pipe(
          switchMap(({ chatId }) =>
            from(
              api.call((c) => c.GET('/api/chats/{id}', { params: { path: { id: chatId } } }), 'background'),
            ).pipe(
              map((chat) => ChatsApiActions.chatLoaded({ chat, enter: false })),
              catchError((error: unknown) =>
                toProblem(error).status === 404 ? of(ChatsApiActions.chatGone({ chatId })) : EMPTY,
              ),
            ),
          ),
        ),
      ),
    ),
  { functional: true },
);

/** An open chat has its messages: on opening, once its list entry arrives, and after a `reload`. */
export const loadOpen = createEffect(
  (store = inject(Store)) =>
    store.select(chatsFeature.selectOpenUnloaded).pipe(
      filter((chatId) => chatId !== null),
      map((chatId) => ChatsApiActions.pageLoading({ chatId })),
    ),
  { functional: true },
);

export const loadAgain = createEffect(
  (actions$ = inject(Actions)) =>
    actions$.pipe(
      ofType(ChatsPageActions.loadAgain),
      map(({ chatId }) => ChatsApiActions.pageLoading({ chatId })),
    ),
  { functional: true },
);

export const loadPage = createEffect(
  (actions$ = inject(Actions), api = inject(Api)) =>
    actions$.pipe(
      ofType(ChatsApiActions.pageLoading),
      mergeMap(({ chatId }) =>
        from(
          api.call((c) =>
            c.GET('/api/chats/{id}/messages', {
              params: { path: { id: chatId }, query: { limit: PAGE_SIZE } },
            }),
          ),
        ).pipe(
          map((page) => ChatsApiActions.pageLoaded({ chatId, page })),
          catchError((error: unknown) =>
            of(ChatsApiActions.pageFailed({ chatId, problem: toProblem(error) })),
          ),
        ),
      ),
    ),
  { functional: true },
);

export const loadOlder = createEffect(
  (actions$ = inject(Actions), store = inject(Store), api = inject(Api)) =>
    actions$.pipe(
      ofType(ChatsPageActions.loadOlder),
      withLatestFrom(store.select(chatsFeature.selectEntities)),
      exhaustMap(([{ chatId }, entities]) => {
        const before = entities[chatId]?.items[0]?.seq;
        if (before === undefined)
          return of(ChatsApiActions.olderLoaded({ chatId, page: { items: [], lastSeq: 0 } }));
        const query = { before, limit: PAGE_SIZE };
        return from(
          api.call(
            (c) => c.GET('/api/chats/{id}/messages', { params: { path: { id: chatId }, query } }),
            'background',
          ),
        ).pipe(
          map((page) => ChatsApiActions.olderLoaded({ chatId, page })),
          catchError((error: unknown) =>
            of(ChatsApiActions.olderFailed({ chatId, problem: toProblem(error) })),
          ),
        );
      }),
    ),
  { functional: true },
);

export const startPrivate = createEffect(
  (actions$ = inject(Actions), api = inject(Api)) =>
    actions$.pipe(
      ofType(ChatsPageActions.startPrivate),
      mergeMap(({ person }) =>
        from(
          api.call((c) => c.PUT('/api/chats/private/{userId}', { params: { path: { userId: person.id } } })),
        ).pipe(
          map((chat) => ChatsApiActions.chatLoaded({ chat, enter: true })),
          catchError((error: unknown) =>
            of(
              ChatsApiActions.actionFailed({
                problem: toProblem(error),
                doing: `No chat with ${person.userName} was opened.`,
              }),
            ),
          ),
        ),
      ),
    ),
  { functional: true },
);

export const createRoom = createEffect(
  (actions$ = inject(Actions), api = inject(Api)) =>
    actions$.pipe(
      ofType(ChatsPageActions.createRoom),
      mergeMap(({ id, name }) =>
        from(api.call((c) => c.POST('/api/chats/rooms', { body: { id, name } }))).pipe(
          map((chat) => ChatsApiActions.chatLoaded({ chat, enter: true })),
          catchError((error: unknown) => of(ChatsApiActions.roomFailed({ problem: toProblem(error) }))),
        ),
      ),
    ),
  { functional: true },
);

export const enterChat = createEffect(
  (actions$ = inject(Actions), router = inject(Router)) =>
    actions$.pipe(
      ofType(ChatsApiActions.chatLoaded),
      filter(({ enter }) => enter),
      tap(({ chat }) => void router.navigate(['/chats', chat.id])),
    ),
  { functional: true, dispatch: false },
);

export const leaveRoom = createEffect(
  (actions$ = inject(Actions), api = inject(Api)) =>
    actions$.pipe(
      ofType(ChatsPageActions.leave, ChatsPageActions.delete),
      mergeMap(({ type, chatId, name }) => {
        const deleted = type === ChatsPageActions.delete.type;
        const params = { path: { id: chatId } };
        return from(
          api.call((c) =>
            deleted
              ? c.DELETE('/api/chats/{id}', { params })
              : c.DELETE('/api/chats/{id}/members/me', { params }),
          ),
        ).pipe(
          map(() => ChatsApiActions.left({ chatId, name, deleted })),
          catchError((error: unknown) =>
            of(
              ChatsApiActions.actionFailed({
                problem: toProblem(error),
                doing: deleted ? `${name} was not deleted.` : `You are still in ${name}.`,
              }),
            ),
          ),
        );
      }),
    ),
  { functional: true },
);

export const invite = createEffect(
  (actions$ = inject(Actions), api = inject(Api), newId = inject(NEW_ID)) =>
    actions$.pipe(
      ofType(ChatsPageActions.invite),
      mergeMap(({ chatId, person }) => {
        const body = { id: newId(), userId: person.id };
        return from(
          api.call((c) => c.POST('/api/chats/{id}/invitations', { params: { path: { id: chatId } }, body })),
        ).pipe(
          map((invitation) => ChatsApiActions.invited({ invitation, person })),
          catchError((error: unknown) =>
            of(ChatsApiActions.inviteFailed({ chatId, person, problem: toProblem(error) })),
          ),
        );
      }),
    ),
  { functional: true },
);

export const answerInvitation = createEffect(
  (actions$ = inject(Actions), api = inject(Api)) =>
    actions$.pipe(
      ofType(ChatsPageActions.answerInvitation),
      mergeMap(({ invitation, answer }) => {
        const params = { path: { id: invitation.id } };
        return from(
          api.call((c) =>
            answer === 'accept'
              ? c.POST('/api/chats/invitations/{id}/accept', { params })
              : c.POST('/api/chats/invitations/{id}/decline', { params }),
          ),
        ).pipe(
          mergeMap((settled) =>
            concat(
              of(ChatsApiActions.invitationSettled({ invitation: settled })),
              answer === 'accept' ? of(ChatsApiActions.refreshChat({ chatId: settled.chatId })) : EMPTY,
            ),
          ),
          catchError((error: unknown) =>
            of(
              ChatsApiActions.actionFailed({
                problem: toProblem(error),
                doing: `Your answer to ${invitation.chatName} did not go through.`,
              }),
            ),
          ),
        );
      }),
    ),
  { functional: true },
);
