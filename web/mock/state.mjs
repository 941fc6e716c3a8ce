// The double's memory: people, friendships, chats. A test fixture for fast checks of the web client, nothing more.
import { randomUUID } from 'node:crypto';

export const CONFIRMED = ['users.view_others', 'users.update_self', 'messages.create', 'chats.create'];

export function newState(now = () => new Date()) {
  const state = {
    now,
    users: [],
    friendships: [],
    requests: [],
    chats: [],
    invitations: [],
    presence: new Map(),
    /** Called with (userIds, push name, body). The hub sets it. */
    push: () => {},
    /** Faults to play: see server.mjs. */
    faults: { hubDown: false, slowMs: 0, failPaths: [], dropPushes: false, refuseSend: null },
  };
  return state;
}

export function addUser(state, userName, more = {}) {
  const at = state.now().toISOString();
  const user = {
    id: randomUUID(),
    userName,
    email: `${userName}@example.test`,
    emailVerified: true,
    permissions: CONFIRMED,
    createdAt: at,
    modifiedAt: at,
    ...more,
  };
  state.users.push(user);
  return user;
}

export const ref = ({ id, userName }) => ({ id, userName });
export const byId = (state, id) => state.users.find((u) => u.id === id);

export function befriend(state, a, b) {
  const friendship = { id: randomUUID(), users: [ref(a), ref(b)], createdAt: state.now().toISOString() };
  state.friendships.push(friendship);
  return friendship;
}

export const friendsOf = (state, id) =>
  state.friendships
    .filter((f) => f.users.some((u) => u.id === id))
    .map((f) => f.users.find((u) => u.id !== id));

export function addChat(state, { id = randomUUID(), kind, name, owner, members }) {
  const chat = {
    id,
    kind,
    name,
    owner: owner?.id,
    members: members.map((m) => ({
      ...ref(m),
      role: m === owner ? 'owner' : 'member',
      joinedAt: state.now().toISOString(),
    })),
    messages: [],
    read: {},
    createdAt: state.now().toISOString(),
    version: 1,
  };
  state.chats.push(chat);
  return chat;
}

export function post(state, chat, sender, text, { id = randomUUID(), at = state.now(), tell = true } = {}) {
  const repeated = chat.messages.find((m) => m.id === id);
  if (repeated) return { message: repeated, repeated: true };
  const message = {
    id,
    chatId: chat.id,
    seq: chat.messages.length + 1,
    sender: ref(sender),
    text,
    sentAt: at.toISOString(),
  };
  chat.messages.push(message);
  if (tell)
    state.push(
      chat.members.map((m) => m.id),
      'MessagePosted',
      message,
    );
  return { message, repeated: false };
}

export function view(state, chat, userId) {
  const readSeq = chat.read[userId] ?? 0;
  return {
    id: chat.id,
    kind: chat.kind,
    name: chat.name,
    owner: chat.owner,
    members: chat.members.slice(0, 100).map(ref),
    memberCount: chat.members.length,
    lastSeq: chat.messages.length,
    readSeq,
    unread: chat.messages.filter((m) => m.seq > readSeq && m.sender.id !== userId).length,
    lastMessage: chat.messages.at(-1),
    createdAt: chat.createdAt,
    version: chat.version,
  };
}

export function markRead(state, chat, userId, seq) {
  chat.read[userId] = Math.max(chat.read[userId] ?? 0, seq);
  const { readSeq, unread } = view(state, chat, userId);
  state.push([userId], 'ReadMarkerMoved', { chatId: chat.id, readSeq, unread });
  return { readSeq, unread };
}

export function setPresence(state, userId, presence) {
  const at = state.now().toISOString();
  state.presence.set(userId, { presence, since: at });
  const name = { online: 'UserConnected', idle: 'UserIdle', offline: 'UserDisconnected' }[presence];
  state.push(
    friendsOf(state, userId).map((f) => f.id),
    name,
    { userId, at },
  );
}
