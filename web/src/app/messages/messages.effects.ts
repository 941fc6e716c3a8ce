import { inject } from '@angular/core';
import { Actions, createEffect, ofType } from '@ngrx/effects';
import { Store } from '@ngrx/store';
import {
  catchError,
  concat,
  delay,
  filter,
  from,
  map,
  mergeMap,
  of,
  tap,
  timer,
  withLatestFrom,
  type Observable,
} from 'rxjs';

import { sentence } from '../api/problem';
import { SessionActions } from '../auth/session.actions';
import { sessionFeature } from '../auth/session.feature';
import { KEPT } from '../core/kept';
import { Hub } from '../hub/hub-connection';
import { readHubError } from '../hub/hub-error';
import { HubActions } from '../hub/hub.actions';
import { MessagesActions } from './messages.actions';
import { messagesFeature } from './messages.feature';
import { dropOutgoing, keepOutgoing, restoreOutgoing, type Outgoing } from './outgoing';

const TRIES = 3;
const FIRST_RETRY = 1_000;
const SETTLE = 100;
const TYPING_LASTS = 6_000;

export const restore = createEffect(
  (actions$ = inject(Actions), kept = inject(KEPT)) =>
    actions$.pipe(
      ofType(SessionActions.ready),
      map(({ userId }) => MessagesActions.restored({ outgoing: restoreOutgoing(kept, userId) })),
      filter(({ outgoing }) => outgoing.length > 0),
    ),
  { functional: true },
);

/** What is unsent stays in this browser until the server has it or the person discards it. */
export const keep = createEffect(
  (actions$ = inject(Actions), store = inject(Store), kept = inject(KEPT)) =>
    actions$.pipe(
      ofType(MessagesActions.send, MessagesActions.refused, MessagesActions.sendAgain),
      withLatestFrom(store.select(messagesFeature.selectEntities), store.select(sessionFeature.selectUserId)),
      tap(([{ id }, entities, userId]) => {
        const message = entities[id];
        if (message && userId) keepOutgoing(kept, userId, message);
      }),
    ),
  { functional: true, dispatch: false },
);

export const forget = createEffect(
  (actions$ = inject(Actions), store = inject(Store), kept = inject(KEPT)) =>
    actions$.pipe(
      ofType(MessagesActions.discard, MessagesActions.settled),
      withLatestFrom(store.select(sessionFeature.selectUserId)),
      tap(([action, userId]) => {
        const ids = action.type === MessagesActions.discard.type ? [action.id] : action.ids;
        for (const id of ids) if (userId) dropOutgoing(kept, userId, id);
      }),
    ),
  { functional: true, dispatch: false },
);

/** Sends what may be sent, as soon as it may: on Enter, after the one before it, and after a reconnect. */
export const pump = createEffect(
  (store = inject(Store), hub = inject(Hub)) => {
    // A list of sendable ones may come again before the store has heard that one of them left.
    const flying = new Set<string>();
    return store.select(messagesFeature.selectSendable).pipe(
      mergeMap((heads) => heads),
      filter((message) => !flying.has(message.id)),
      mergeMap((message) => {
        flying.add(message.id);
        return concat(
          of(MessagesActions.sending({ id: message.id })),
          deliver(hub, message).pipe(tap(() => flying.delete(message.id))),
        );
      }),
    );
  },
  { functional: true },
);

function deliver(
  hub: Hub,
  message: Outgoing,
): Observable<ReturnType<(typeof MessagesActions)['stored' | 'requeued' | 'refused']>> {
  const { id, chatId, text } = message;
  return from(hub.invoke('SendMessage', { chatId, id, text })).pipe(
    map((stored) => MessagesActions.stored({ message: stored })),
    catchError((thrown: unknown) => {
      const error = readHubError(thrown, true);
      if (error.disconnected) return of(MessagesActions.requeued({ id, counts: false })).pipe(delay(SETTLE));
      if (error.passing && message.tries + 1 < TRIES) {
        return of(MessagesActions.requeued({ id, counts: true })).pipe(
          delay(FIRST_RETRY * 2 ** message.tries),
        );
      }
      const reason = error.passing
        ? 'The server did not answer.'
        : sentence(error.detail || 'The server refused it.');
      return of(MessagesActions.refused({ id, reason, kind: error.kind }));
    }),
  );
}

export const settle = createEffect(
  (store = inject(Store)) =>
    store.select(messagesFeature.selectSettled).pipe(
      filter((ids) => ids.length > 0),
      map((ids) => MessagesActions.settled({ ids })),
    ),
  { functional: true },
);

export const stopTyping = createEffect(
  (actions$ = inject(Actions), store = inject(Store)) =>
    actions$.pipe(
      ofType(HubActions.typing),
      withLatestFrom(store.select(messagesFeature.selectTyping)),
      mergeMap(([{ chatId, userId }, typing]) => {
        const beat = typing[chatId]?.find((t) => t.userId === userId)?.beat ?? 0;
        return timer(TYPING_LASTS).pipe(map(() => MessagesActions.typingEnded({ chatId, userId, beat })));
      }),
    ),
  { functional: true },
);
