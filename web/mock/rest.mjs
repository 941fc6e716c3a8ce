// The REST operations the web client uses, over the double's memory.
import { randomUUID } from 'node:crypto';

import { addChat, befriend, byId, friendsOf, markRead, post, ref, view } from './state.mjs';

const page = (items, q) => {
  const limit = Number(q.get('limit') ?? 25);
  const from = Number(q.get('cursor') ?? 0);
  const nextCursor = from + limit < items.length ? String(from + limit) : null;
  return { items: items.slice(from, from + limit), nextCursor, total: items.length };
};

export function rest(state, me, method, url, body, reply) {
  const q = url.searchParams;
  const path = url.pathname;
  const on = (m, pattern) => (m === method ? new RegExp(`^${pattern}$`).exec(path) : null);
  const chatOf = (id) => state.chats.find((c) => c.id === id && c.members.some((m) => m.id === me.id));
  const missing = () => reply.problem(404, 'not-found', 'There is nothing here.');
  let m;

  if (on('GET', '/api/account/me')) {
    const { id, userName, email, emailVerified, permissions, createdAt, modifiedAt } = me;
    return reply.json(200, {
      id,
      userName,
      email,
      emailVerified,
      roles: ['user'],
      permissions,
      createdAt,
      modifiedAt,
    });
  }
  if (on('POST', '/api/account/resend-confirmation')) return reply.json(202, {});
  if (!me.permissions.includes('users.view_others'))
    return reply.problem(403, 'forbidden', 'This needs a confirmed account.');

  if (on('GET', '/api/users/me'))
    return reply.json(200, {
      ...ref(me),
      email: me.email,
      profile: me.profile,
      createdAt: me.createdAt,
      modifiedAt: me.modifiedAt,
    });
  if (on('GET', '/api/users')) {
    const [name, email] = [q.get('name')?.toLowerCase(), q.get('email')?.toLowerCase()];
    const found = state.users.filter(
      (u) =>
        u.id !== me.id &&
        (!name || u.userName.toLowerCase().startsWith(name)) &&
        (!email || u.email === email),
    );
    return reply.json(
      200,
      page(
        found.map((u) => ({ ...ref(u), createdAt: u.createdAt, modifiedAt: u.modifiedAt })),
        q,
      ),
    );
  }
  if ((m = on('PUT', '/api/users/([^/]+)/profile'))) {
    if (body.location === 'Nowhere')
      return reply.problem(422, 'validation', 'Some fields are wrong.', [
        { pointer: '/location', detail: 'no such place' },
      ]);
    me.profile = body;
    return reply.json(200, { ...ref(me), profile: body, createdAt: me.createdAt, modifiedAt: me.modifiedAt });
  }
  if (on('POST', '/api/users/friendship-requests')) {
    const other = byId(state, body.requesteeId);
    const pending = state.requests.find(
      (r) => r.state === 'pending' && r.requester.id === me.id && r.requestee.id === other.id,
    );
    if (pending || friendsOf(state, me.id).some((f) => f.id === other.id))
      return reply.problem(409, 'duplicate', `You have asked ${other.userName} already.`);
    const at = state.now().toISOString();
    const request = {
      id: body.id ?? randomUUID(),
      requester: ref(me),
      requestee: ref(other),
      state: 'pending',
      createdAt: at,
      modifiedAt: at,
    };
    state.requests.push(request);
    state.push([other.id], 'FriendshipRequestReceived', request);
    return reply.json(201, request);
  }
  if ((m = on('GET', '/api/users/([^/]+)/friendship-requests'))) {
    const side = q.get('direction') === 'incoming' ? 'requestee' : 'requester';
    return reply.json(
      200,
      page(
        state.requests.filter((r) => r[side].id === m[1] && r.state === (q.get('state') ?? r.state)),
        q,
      ),
    );
  }
  if ((m = on('POST', '/api/users/friendship-requests/([^/]+)/(accept|reject|cancel)'))) {
    const request = state.requests.find((r) => r.id === m[1]);
    if (!request) return missing();
    if (request.state !== 'pending')
      return reply.problem(409, 'conflict', 'This request was answered already.');
    request.state = { accept: 'accepted', reject: 'rejected', cancel: 'cancelled' }[m[2]];
    const both = [request.requester.id, request.requestee.id];
    state.push(both, 'FriendshipRequestAnswered', request);
    if (m[2] === 'accept')
      state.push(both, 'FriendshipCreated', befriend(state, request.requester, request.requestee));
    return reply.json(200, request);
  }
  if ((m = on('GET', '/api/users/([^/]+)/friendships')))
    return reply.json(
      200,
      page(
        state.friendships.filter((f) => f.users.some((u) => u.id === m[1])),
        q,
      ),
    );
  if ((m = on('DELETE', '/api/users/friendships/([^/]+)'))) {
    const friendship = state.friendships.find((f) => f.id === m[1]);
    if (!friendship) return missing();
    state.friendships = state.friendships.filter((f) => f !== friendship);
    state.push(
      friendship.users.map((u) => u.id),
      'FriendshipDeleted',
      { friendshipId: friendship.id, users: friendship.users, deletedBy: me.id },
    );
    return reply.empty(204);
  }
  if (on('GET', '/api/session/friends'))
    return reply.json(200, {
      items: friendsOf(state, me.id).map((f) => ({
        userId: f.id,
        presence: 'offline',
        since: me.createdAt,
        ...state.presence.get(f.id),
      })),
    });
  if (on('GET', '/api/session/sessions'))
    return reply.json(200, {
      items: [{ id: randomUUID(), startedAt: state.now().toISOString(), endedAt: null }],
      nextCursor: null,
    });

  if (on('GET', '/api/chats'))
    return reply.json(200, {
      items: state.chats.filter((c) => chatOf(c.id)).map((c) => view(state, c, me.id)),
    });
  if ((m = on('PUT', '/api/chats/private/([^/]+)'))) {
    const other = byId(state, m[1]);
    const known = state.chats.find(
      (c) => c.kind === 'private' && [me.id, other.id].every((id) => c.members.some((x) => x.id === id)),
    );
    if (!known && !friendsOf(state, me.id).some((f) => f.id === other.id))
      return reply.problem(403, 'not-friends', `You and ${other.userName} are not friends.`);
    const chat = known ?? addChat(state, { kind: 'private', members: [me, other] });
    if (!known) state.push([me.id, other.id], 'ChatAdded', { chatId: chat.id });
    return reply.json(known ? 200 : 201, view(state, chat, me.id));
  }
  if (on('POST', '/api/chats/rooms')) {
    if (body.name === 'taken')
      return reply.problem(422, 'validation', 'Some fields are wrong.', [
        { pointer: '/name', detail: 'this name is not allowed' },
      ]);
    const chat = addChat(state, { id: body.id, kind: 'room', name: body.name, owner: me, members: [me] });
    state.push([me.id], 'ChatAdded', { chatId: chat.id });
    return reply.json(201, view(state, chat, me.id));
  }
  if (on('GET', '/api/chats/invitations'))
    return reply.json(
      200,
      page(
        state.invitations.filter((i) => i.inviteeId === me.id && i.state === 'pending'),
        q,
      ),
    );
  if ((m = on('POST', '/api/chats/invitations/([^/]+)/(accept|decline)'))) {
    const invitation = state.invitations.find((i) => i.id === m[1]);
    invitation.state = m[2] === 'accept' ? 'accepted' : 'declined';
    const chat = state.chats.find((c) => c.id === invitation.chatId);
    if (m[2] === 'accept') {
      chat.members.push({ ...ref(me), role: 'member', joinedAt: state.now().toISOString() });
      chat.version += 1;
      state.push([me.id], 'ChatAdded', { chatId: chat.id });
      state.push(
        chat.members.map((x) => x.id),
        'MembersChanged',
        { chatId: chat.id },
      );
    }
    state.push([invitation.inviter.id], 'InvitationAnswered', invitation);
    return reply.json(200, invitation);
  }
  if ((m = on(method, '/api/chats/([^/]+)(/.*)?'))) {
    const chat = chatOf(m[1]);
    if (!chat) return missing();
    return oneChat(state, me, method, m[2] ?? '', chat, q, body, reply);
  }
  return missing();
}

function oneChat(state, me, method, rest, chat, q, body, reply) {
  const everybody = chat.members.map((m) => m.id);
  switch (`${method} ${rest}`) {
    case 'GET ':
      return reply.json(200, view(state, chat, me.id));
    case 'DELETE ':
      state.chats = state.chats.filter((c) => c !== chat);
      state.push(everybody, 'ChatRemoved', { chatId: chat.id });
      return reply.empty(204);
    case 'GET /members':
      return reply.json(200, page(chat.members, q));
    case 'DELETE /members/me':
      chat.members = chat.members.filter((m) => m.id !== me.id);
      chat.version += 1;
      state.push([me.id], 'ChatRemoved', { chatId: chat.id });
      state.push(
        everybody.filter((id) => id !== me.id),
        'MembersChanged',
        { chatId: chat.id },
      );
      return reply.empty(204);
    case 'POST /invitations': {
      if (byId(state, body.userId).userName === 'Lotte Oyelaran')
        return reply.problem(409, 'duplicate', 'Lotte Oyelaran was invited by somebody else');
      const invitation = {
        id: body.id ?? randomUUID(),
        chatId: chat.id,
        chatName: chat.name,
        inviter: ref(me),
        inviteeId: body.userId,
        state: 'pending',
        createdAt: state.now().toISOString(),
      };
      state.invitations.push(invitation);
      state.push([body.userId], 'InvitationReceived', invitation);
      return reply.json(201, invitation);
    }
    case 'GET /messages': {
      const limit = Number(q.get('limit') ?? 25);
      const before = Number(q.get('before') ?? Infinity);
      const after = q.get('after');
      const items = after
        ? chat.messages.filter((m) => m.seq > Number(after)).slice(0, limit)
        : chat.messages.filter((m) => m.seq < before).slice(-limit);
      return reply.json(200, { items, lastSeq: chat.messages.length });
    }
    case 'POST /messages': {
      const { message, repeated } = post(state, chat, me, body.text, { id: body.id });
      return reply.json(repeated ? 200 : 201, message);
    }
    case 'PUT /read-marker':
      return reply.json(200, markRead(state, chat, me.id, body.seq));
    default:
      return reply.problem(404, 'not-found', 'There is nothing here.');
  }
}
