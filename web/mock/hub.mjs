// SignalR's JSON protocol over WebSockets, as far as the client's own library needs it here.
import { randomUUID } from 'node:crypto';
import { WebSocketServer } from 'ws';

import { userOf } from './oidc.mjs';
import { markRead, post, setPresence } from './state.mjs';

const END = '\u001e';

export function hub(state, server) {
  const sockets = new Map();
  const wss = new WebSocketServer({ noServer: true });
  state.push = (userIds, target, body) => {
    if (state.faults.dropPushes) return;
    for (const [socket, user] of sockets)
      if (userIds.includes(user.id)) send(socket, { type: 1, target, arguments: [body] });
  };
  server.on('upgrade', (req, socket, head) => {
    const url = new URL(req.url, 'http://mock');
    const user = userOf(state, url.searchParams.get('access_token'));
    if (state.faults.hubDown || !user) return socket.destroy();
    wss.handleUpgrade(req, socket, head, (ws) => open(ws, user));
  });

  function open(ws, user) {
    let shaken = false;
    const ping = setInterval(() => send(ws, { type: 6 }), 10_000);
    ws.on('message', (data) => {
      for (const part of String(data).split(END).filter(Boolean)) {
        if (!shaken) {
          shaken = true;
          ws.send('{}' + END);
          sockets.set(ws, user);
          setPresence(state, user.id, 'online');
        } else handle(ws, user, JSON.parse(part));
      }
    });
    ws.on('close', () => {
      clearInterval(ping);
      sockets.delete(ws);
      if (![...sockets.values()].includes(user)) setPresence(state, user.id, 'offline');
    });
  }

  function handle(ws, user, message) {
    if (message.type !== 1) return;
    const done = (result) =>
      message.invocationId && send(ws, { type: 3, invocationId: message.invocationId, result });
    const refuse = (error) => send(ws, { type: 3, invocationId: message.invocationId, error });
    const [input = {}] = message.arguments;
    const chat = state.chats.find((c) => c.id === input.chatId && c.members.some((m) => m.id === user.id));
    switch (message.target) {
      case 'SendMessage':
        if (state.faults.refuseSend)
          return refuse(
            `An unexpected error occurred invoking 'SendMessage' on the server. HubException: ${state.faults.refuseSend}`,
          );
        if (!chat) return refuse('HubException: not-found: you are no longer a member.');
        return setTimeout(
          () => done(post(state, chat, user, input.text, { id: input.id }).message),
          state.faults.slowMs,
        );
      case 'MarkRead':
        return chat
          ? done(markRead(state, chat, user.id, input.seq))
          : refuse('HubException: not-found: no such chat');
      case 'Typing':
        state.push(
          chat.members.map((m) => m.id).filter((id) => id !== user.id),
          'Typing',
          { chatId: chat.id, userId: user.id },
        );
        return done(null);
      case 'Activity':
        return done(null);
      case 'Sync':
        return done({ chats: input.positions.map((p) => sync(state, user, p)) });
      default:
        return refuse('HubException: not-found: no such method');
    }
  }

  return {
    /** Cuts every socket without a word. */
    cut: () => [...sockets.keys()].forEach((ws) => ws.terminate()),
    negotiate: (token, reply) =>
      userOf(state, token)
        ? reply.json(200, {
            negotiateVersion: 1,
            connectionId: randomUUID(),
            connectionToken: randomUUID(),
            availableTransports: [{ transport: 'WebSockets', transferFormats: ['Text', 'Binary'] }],
          })
        : reply.problem(401, 'unauthenticated', 'No valid token'),
  };
}

function sync(state, user, { chatId, afterSeq }) {
  const chat = state.chats.find((c) => c.id === chatId && c.members.some((m) => m.id === user.id));
  if (!chat) return { chatId, status: 'gone', messages: [], lastSeq: 0, readSeq: 0 };
  const missed = chat.messages.filter((m) => m.seq > afterSeq);
  const whole = missed.length <= 100;
  return {
    chatId,
    status: whole ? 'complete' : 'reload',
    messages: whole ? missed : [],
    lastSeq: chat.messages.length,
    readSeq: chat.read[user.id] ?? 0,
  };
}

function send(socket, message) {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message) + END);
}
