import { createEntityAdapter, type EntityState } from '@ngrx/entity';
import { createFeature, createReducer, createSelector, on } from '@ngrx/store';

import type { ChatView, InvitationView } from '../api/models';
import type { Problem } from '../api/problem';
import { SessionActions } from '../auth/session.actions';
import { failed, IDLE, loading, LOADING, READY, type Load } from '../core/load';
import { HubActions } from '../hub/hub.actions';
import { MessagesActions } from '../messages/messages.actions';
import {
  applyNewestPage,
  applyOlderPage,
  applySync,
  confirmRead,
  hasGap,
  mergeView,
  moveReadMarker,
  newEntry,
  receive,
  startLoad,
  type ChatEntry,
} from './chat-entry';
import { ChatsApiActions, ChatsPageActions } from './chats.actions';

/** How an invitation sent from here went, by `chatId/userId`. */
export type InviteOutcome = 'sending' | 'sent' | Problem;

export interface ChatsState extends EntityState<ChatEntry> {
  readonly me: string;
  readonly load: Load;
  readonly openId: string | null;
  /** Chats that came in while the list was on its way: its answer may be older than they are. */
  readonly fresh: readonly string[];
  readonly invitations: readonly InvitationView[];
  /** Invitation ids with an answer on its way. */
  readonly answering: readonly string[];
  readonly invites: Readonly<Record<string, InviteOutcome>>;
  /** Grows when a chat's members change, so that an open member list knows to ask again. */
  readonly memberRevisions: Readonly<Record<string, number>>;
  readonly creatingRoom: Load;
}

export const adapter = createEntityAdapter<ChatEntry>();

const initial: ChatsState = adapter.getInitialState({
  me: '',
  load: IDLE,
  openId: null,
  fresh: [],
  invitations: [],
  answering: [],
  invites: {},
  memberRevisions: {},
  creatingRoom: IDLE,
});

function change(state: ChatsState, chatId: string, map: (entry: ChatEntry) => ChatEntry): ChatsState {
  const entry = state.entities[chatId];
  if (!entry) return state;
  const next = map(entry);
  return next === entry ? state : adapter.setOne(next, state);
}

function upsert(state: ChatsState, view: ChatView): ChatsState {
  const entry = state.entities[view.id];
  return adapter.setOne(entry ? mergeView(entry, view, state.me) : newEntry(view), state);
}

function bumpMembers(state: ChatsState, chatId: string): ChatsState {
  const revision = (state.memberRevisions[chatId] ?? 0) + 1;
  return { ...state, memberRevisions: { ...state.memberRevisions, [chatId]: revision } };
}

function endSync(state: ChatsState, chatIds: readonly string[]): ChatsState {
  return chatIds.reduce((s, chatId) => change(s, chatId, (entry) => ({ ...entry, syncing: false })), state);
}

export const inviteKey = (chatId: string, userId: string): string => `${chatId}/${userId}`;

export const chatsFeature = createFeature({
  name: 'chats',
  reducer: createReducer(
    initial,
    on(SessionActions.ready, (state, { userId }): ChatsState => ({ ...state, me: userId })),
    on(ChatsApiActions.refreshLists, (state): ChatsState => ({
      ...state,
      load: loading(state.load),
      fresh: [],
    })),
    on(ChatsApiActions.chatsFailed, (state, { problem }): ChatsState => ({
      ...state,
      load: failed(state.load, problem),
    })),
    on(ChatsApiActions.chatsLoaded, (state, { chats }): ChatsState => {
      const listed = new Set([...chats.map((c) => c.id), ...state.fresh]);
      const left = adapter.removeMany(
        state.ids.map(String).filter((id) => !listed.has(id)),
        state,
      );
      return { ...chats.reduce(upsert, left), load: READY };
    }),
    on(ChatsApiActions.chatLoaded, (state, { chat, enter }): ChatsState => ({
      ...upsert(state, chat),
      fresh: [...state.fresh, chat.id],
      creatingRoom: enter ? READY : state.creatingRoom,
    })),
    on(
      ChatsApiActions.chatGone,
      HubActions.chatRemoved,
      ChatsApiActions.left,
      (state, { chatId }): ChatsState => adapter.removeOne(chatId, state),
    ),
    on(ChatsApiActions.invitationsLoaded, (state, { invitations }): ChatsState => ({
      ...state,
      invitations,
    })),
    on(HubActions.invitationReceived, (state, { invitation }): ChatsState => ({
      ...state,
      invitations: [...state.invitations.filter((i) => i.id !== invitation.id), invitation],
    })),
    on(
      ChatsApiActions.invitationSettled,
      HubActions.invitationAnswered,
      (state, { invitation }): ChatsState => ({
        ...state,
        invitations: state.invitations.filter((i) => i.id !== invitation.id),
        answering: state.answering.filter((id) => id !== invitation.id),
      }),
    ),
    on(ChatsPageActions.answerInvitation, (state, { invitation }): ChatsState => ({
      ...state,
      answering: [...state.answering, invitation.id],
    })),
    on(ChatsApiActions.actionFailed, (state): ChatsState => ({ ...state, answering: [] })),
    on(ChatsPageActions.open, (state, { chatId }): ChatsState => ({ ...state, openId: chatId })),
    on(ChatsPageActions.close, (state, { chatId }): ChatsState =>
      state.openId === chatId ? { ...state, openId: null } : state,
    ),
    on(ChatsApiActions.pageLoading, (state, { chatId }): ChatsState => change(state, chatId, startLoad)),
    on(ChatsApiActions.pageLoaded, (state, { chatId, page }): ChatsState =>
      change(state, chatId, (entry) => applyNewestPage(entry, page, state.me)),
    ),
    on(ChatsApiActions.pageFailed, (state, { chatId, problem }): ChatsState =>
      change(state, chatId, (entry) => ({ ...entry, load: failed(entry.load, problem) })),
    ),
    on(ChatsPageActions.loadOlder, (state, { chatId }): ChatsState =>
      change(state, chatId, (entry) => ({ ...entry, older: LOADING })),
    ),
    on(ChatsApiActions.olderLoaded, (state, { chatId, page }): ChatsState =>
      change(state, chatId, (entry) => applyOlderPage(entry, page)),
    ),
    on(ChatsApiActions.olderFailed, (state, { chatId, problem }): ChatsState =>
      change(state, chatId, (entry) => ({ ...entry, older: { state: 'failed', problem } })),
    ),
    on(HubActions.messagePosted, MessagesActions.stored, (state, { message }): ChatsState =>
      change(state, message.chatId, (entry) => receive(entry, message, state.me)),
    ),
    on(ChatsApiActions.syncStarted, (state, { positions }): ChatsState =>
      positions.reduce((s, { chatId }) => change(s, chatId, (entry) => ({ ...entry, syncing: true })), state),
    ),
    on(ChatsApiActions.syncFailed, (state, { chatIds }): ChatsState => endSync(state, chatIds)),
    on(ChatsApiActions.syncDone, (state, { asked, result }): ChatsState =>
      result.chats.reduce(
        (s, sync) =>
          sync.status === 'gone'
            ? adapter.removeOne(sync.chatId, s)
            : change(s, sync.chatId, (entry) => applySync(entry, sync, s.me)),
        endSync(state, asked),
      ),
    ),
    on(HubActions.readMarkerMoved, (state, { chatId, readSeq, unread }): ChatsState =>
      change(state, chatId, (entry) => confirmRead(entry, readSeq, unread, state.me)),
    ),
    on(ChatsPageActions.markRead, (state, { chatId, seq }): ChatsState =>
      change(state, chatId, (entry) => moveReadMarker(entry, seq, null, state.me)),
    ),
    on(HubActions.membersChanged, (state, { chatId }): ChatsState => bumpMembers(state, chatId)),
    on(ChatsPageActions.createRoom, (state): ChatsState => ({ ...state, creatingRoom: LOADING })),
    on(ChatsApiActions.roomFailed, (state, { problem }): ChatsState => ({
      ...state,
      creatingRoom: { state: 'failed', problem },
    })),
    on(ChatsPageActions.invite, (state, { chatId, person }): ChatsState => ({
      ...state,
      invites: { ...state.invites, [inviteKey(chatId, person.id)]: 'sending' },
    })),
    on(ChatsApiActions.invited, (state, { invitation, person }): ChatsState => ({
      ...state,
      invites: { ...state.invites, [inviteKey(invitation.chatId, person.id)]: 'sent' },
    })),
    on(ChatsApiActions.inviteFailed, (state, { chatId, person, problem }): ChatsState => ({
      ...state,
      invites: { ...state.invites, [inviteKey(chatId, person.id)]: problem },
    })),
  ),
  extraSelectors: ({ selectChatsState, selectEntities, selectOpenId, selectMe }) => {
    const { selectAll } = adapter.getSelectors(selectChatsState);
    const selectOpen = createSelector(selectEntities, selectOpenId, (entities, id) =>
      id ? (entities[id] ?? null) : null,
    );
    return {
      selectAll,
      selectOpen,
      selectPrivate: createSelector(selectAll, (all) => all.filter((c) => c.view.kind === 'private')),
      selectRooms: createSelector(selectAll, (all) => all.filter((c) => c.view.kind === 'room')),
      /** Chats with a hole in what we know, which no running sync covers. */
      selectGaps: createSelector(selectAll, (all) =>
        all.filter((c) => hasGap(c) && !c.syncing).map((c) => c.id),
      ),
      selectPositions: createSelector(selectAll, (all) =>
        all.map((c) => ({ chatId: c.id, afterSeq: c.upTo })),
      ),
      /** Read marks the server has not confirmed. */
      selectUnackedReads: createSelector(selectAll, (all) =>
        all.filter((c) => c.view.readSeq > c.ackedRead).map((c) => ({ chatId: c.id, seq: c.view.readSeq })),
      ),
      selectUnreadTotal: createSelector(selectAll, (all) => all.reduce((sum, c) => sum + c.view.unread, 0)),
      /** The open chat when its messages are neither here nor on their way. */
      selectOpenUnloaded: createSelector(selectOpen, (open) =>
        open?.load.state === 'idle' ? open.id : null,
      ),
      selectOwnId: selectMe,
    };
  },
});

/** The name a chat goes by for `me`: the room's own, or the other person's. */
export function chatName(view: ChatView, me: string): string {
  return view.name ?? view.members.find((m) => m.id !== me)?.userName ?? 'Chat';
}

/** The other person of a private chat. */
export function otherOf(view: ChatView, me: string): { id: string; userName: string } | null {
  return view.kind === 'private' ? (view.members.find((m) => m.id !== me) ?? null) : null;
}
