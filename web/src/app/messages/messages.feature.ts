import { createEntityAdapter, type EntityState } from '@ngrx/entity';
import { createFeature, createReducer, createSelector, on } from '@ngrx/store';

import { ChatsApiActions } from '../chats/chats.actions';
import { HubActions } from '../hub/hub.actions';
import { chatsFeature } from '../chats/chats.feature';
import { linkFeature } from '../hub/link.feature';
import { MessagesActions } from './messages.actions';
import { outgoing, type Outgoing } from './outgoing';

/** Outgoing messages (entities, by id: their order of writing) and who is typing where. */
export interface MessagesState extends EntityState<Outgoing> {
  readonly typing: Readonly<Record<string, readonly Typist[]>>;
}

export interface Typist {
  readonly userId: string;
  /** Grows with every sign, so that only the last one's silence ends it. */
  readonly beat: number;
}

const adapter = createEntityAdapter<Outgoing>({
  sortComparer: (a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
});

const initial: MessagesState = adapter.getInitialState({ typing: {} });

function withoutTypist(
  state: MessagesState,
  chatId: string,
  matches: (typist: Typist) => boolean,
): MessagesState {
  const before = state.typing[chatId];
  if (!before?.some(matches)) return state;
  return { ...state, typing: { ...state.typing, [chatId]: before.filter((t) => !matches(t)) } };
}

export const messagesFeature = createFeature({
  name: 'messages',
  reducer: createReducer(
    initial,
    on(MessagesActions.send, (state, { id, chatId, text, at }): MessagesState =>
      adapter.addOne(outgoing(id, chatId, text, at), state),
    ),
    on(MessagesActions.restored, (state, { outgoing: restored }): MessagesState =>
      adapter.addMany([...restored], state),
    ),
    on(MessagesActions.sending, (state, { id }): MessagesState =>
      adapter.updateOne({ id, changes: { state: 'sending' } }, state),
    ),
    on(MessagesActions.requeued, (state, { id, counts }): MessagesState =>
      requeue(state, id, (state.entities[id]?.tries ?? 0) + (counts ? 1 : 0)),
    ),
    on(MessagesActions.sendAgain, (state, { id }): MessagesState => requeue(state, id, 0)),
    on(MessagesActions.refused, (state, { id, reason, kind }): MessagesState =>
      adapter.updateOne({ id, changes: { state: 'failed', reason, kind } }, state),
    ),
    on(MessagesActions.discard, (state, { id }): MessagesState => adapter.removeOne(id, state)),
    on(MessagesActions.settled, (state, { ids }): MessagesState => adapter.removeMany([...ids], state)),
    on(MessagesActions.stored, (state, { message }): MessagesState =>
      adapter.updateOne({ id: message.id, changes: { state: 'stored', reason: null } }, state),
    ),
    on(HubActions.messagePosted, (state, { message }): MessagesState =>
      withoutTypist(
        adapter.updateOne({ id: message.id, changes: { state: 'stored', reason: null } }, state),
        message.chatId,
        (t) => t.userId === message.sender.id,
      ),
    ),
    on(ChatsApiActions.syncDone, (state, { result }): MessagesState =>
      adapter.updateMany(
        result.chats
          .flatMap((c) => c.messages)
          .map(({ id }) => ({ id, changes: { state: 'stored', reason: null } })),
        state,
      ),
    ),
    on(HubActions.typing, (state, { chatId, userId }): MessagesState => {
      const before = state.typing[chatId] ?? [];
      const beat = Math.max(0, ...before.map((t) => t.beat)) + 1;
      const others = before.filter((t) => t.userId !== userId);
      return { ...state, typing: { ...state.typing, [chatId]: [...others, { userId, beat }] } };
    }),
    on(MessagesActions.typingEnded, (state, { chatId, userId, beat }): MessagesState =>
      withoutTypist(state, chatId, (t) => t.userId === userId && t.beat === beat),
    ),
  ),
  extraSelectors: ({ selectMessagesState }) => {
    const { selectAll } = adapter.getSelectors(selectMessagesState);
    const selectHeads = createSelector(selectAll, headsOf);
    return {
      selectOutgoing: selectAll,
      /** How many wait for the server, over all chats. */
      selectWaiting: createSelector(
        selectAll,
        (all) => all.filter((m) => m.state === 'queued' || m.state === 'sending').length,
      ),
      /** The messages that may be sent now: at most one a chat, the oldest, and none while offline. */
      selectSendable: createSelector(selectHeads, linkFeature.selectOnline, (heads, online) =>
        online ? heads : NONE,
      ),
      /** Stored ones whose log shows them, or whose log is not shown at all. */
      selectSettled: createSelector(selectAll, chatsFeature.selectEntities, (all, chats) =>
        all
          .filter((m) => m.state === 'stored')
          .filter((m) => {
            const chat = chats[m.chatId];
            return (
              chat?.load.state !== 'ready' ||
              chat.items.some((item) => item.id === m.id) ||
              chat.held.length === 0
            );
          })
          .map((m) => m.id),
      ),
    };
  },
});

const NONE: readonly Outgoing[] = [];

/** The first queued message of every chat that has none on its way: order within a chat is kept by sending one by one. */
function headsOf(all: readonly Outgoing[]): readonly Outgoing[] {
  const busy = new Set(all.filter((m) => m.state === 'sending').map((m) => m.chatId));
  const heads: Outgoing[] = [];
  for (const message of all) {
    if (message.state !== 'queued' || busy.has(message.chatId)) continue;
    busy.add(message.chatId);
    heads.push(message);
  }
  return heads.length > 0 ? heads : NONE;
}

function requeue(state: MessagesState, id: string, tries: number): MessagesState {
  return adapter.updateOne({ id, changes: { state: 'queued', reason: null, kind: null, tries } }, state);
}
