// The unmodified SignalR client against the whole product, through the edge.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person, uuidV7 } from './person.mjs';
import { Stack } from './stack.mjs';

let stack;
before(async () => (stack = await Stack.start()));
after(() => stack.stop());

// Proves: W-38, W-39, W-40, W-27, W-29, W-30, W-31, W-47, A-03, A-07, B-36
test('every push of friendship, presence and chat reaches the people it is for', async () => {
  const alice = await (await Person.signIn(stack, 'alice')).connect();
  const bob = await (await Person.signIn(stack, 'bob')).connect();
  const bobsPhone = await (await Person.signIn(stack, 'bob')).connect();

  const request = await alice.ask('POST', '/api/users/friendship-requests', { requesteeId: bob.id });
  assert.equal((await bob.push('FriendshipRequestReceived')).requester.userName, 'alice');
  assert.equal((await bobsPhone.push('FriendshipRequestReceived')).id, request.id);
  await bob.ask('POST', `/api/users/friendship-requests/${request.id}/accept`);
  const friendship = await alice.push('FriendshipCreated');
  assert.deepEqual(friendship.users.map((user) => user.userName).sort(), ['alice', 'bob']);
  await bob.push('FriendshipCreated');

  const chat = await alice.ask('PUT', `/api/chats/private/${bob.id}`);
  assert.equal((await bob.push('ChatAdded')).chatId, chat.id);
  const sent = await alice.send(chat.id, 'Hello Bob');
  const got = await bob.push('MessagePosted', (message) => message.id === sent.id);
  assert.deepEqual([got.seq, got.text, got.sender.userName], [1, 'Hello Bob', 'alice']);
  await bobsPhone.push('MessagePosted', (message) => message.id === sent.id);

  const list = await bob.ask('GET', '/api/chats');
  assert.equal(list.items[0].unread, 1);
  await bob.hub.invoke('MarkRead', { chatId: chat.id, seq: 1 });
  assert.equal((await bobsPhone.push('ReadMarkerMoved')).unread, 0);

  await bob.hub.invoke('Typing', { chatId: chat.id });
  assert.equal((await alice.push('Typing')).userId, bob.id);

  alice.pushes.length = 0;
  await bobsPhone.hub.stop();
  await bob.hub.stop();
  assert.equal((await alice.push('UserDisconnected')).userId, bob.id);
  await bob.connect();
  assert.equal((await alice.push('UserConnected')).userId, bob.id);

  await alice.ask('DELETE', `/api/users/friendships/${friendship.id}`);
  assert.equal((await bob.push('FriendshipDeleted')).deletedBy, alice.id);
  // Chats hears of it by an event of its own, which may come a moment later.
  const refused = () => alice.send(chat.id, 'Still there?').then(() => false, (error) => /not-friends/.test(error.message));
  await alice.until(refused);
  await Promise.all([alice.hub.stop(), bob.hub.stop()]);
});

// Proves: A-08, W-49
test('a client that is cut for five seconds under twenty messages a second misses none and doubles none', async () => {
  const alice = await (await Person.signIn(stack, 'alice')).connect();
  const bob = await (await Person.signIn(stack, 'bob')).connect();
  await alice.befriend(bob);
  const room = await alice.ask('POST', '/api/chats/rooms', { name: 'Cut' });
  const invitation = await alice.ask('POST', `/api/chats/${room.id}/invitations`, { userId: bob.id });
  await bob.ask('POST', `/api/chats/invitations/${invitation.id}/accept`);
  await bob.push('ChatAdded', (push) => push.chatId === room.id);

  const seen = [];
  const keep = (message) => message.chatId === room.id && !seen.includes(message.seq) && seen.push(message.seq);
  bob.hub.on('MessagePosted', keep);
  const total = 200;
  const sending = (async () => {
    for (let i = 0; i < total; i++) {
      const next = new Promise((done) => setTimeout(done, 50));
      await alice.send(room.id, `message ${i}`);
      await next;
    }
  })();
  await bob.push('MessagePosted', (message) => message.chatId === room.id && message.seq === 20);
  await bob.hub.stop();
  await new Promise((done) => setTimeout(done, 5000));
  await bob.hub.start();
  const synced = await bob.hub.invoke('Sync', { positions: [{ chatId: room.id, afterSeq: Math.max(...seen) }] });
  assert.equal(synced.chats[0].status, 'complete');
  synced.chats[0].messages.forEach(keep);
  await sending;
  await bob.push('MessagePosted', (message) => message.chatId === room.id && message.seq === total);
  const heal = await bob.hub.invoke('Sync', { positions: [{ chatId: room.id, afterSeq: total }] });
  assert.equal(heal.chats[0].lastSeq, total);
  const doubled = bob.pushes.filter((push) => push.method === 'MessagePosted' && push.body.chatId === room.id);
  assert.equal(new Set(doubled.map((push) => push.body.seq)).size, doubled.length, 'no push came twice');
  assert.deepEqual(seen.toSorted((a, b) => a - b), Array.from({ length: total }, (_, i) => i + 1));
  await Promise.all([alice.hub.stop(), bob.hub.stop()]);
});

// Proves: A-07
test('sending again under the same id is one message', async () => {
  const alice = await (await Person.signIn(stack, 'alice')).connect();
  const room = await alice.ask('POST', '/api/chats/rooms', { name: 'Twice' });
  const id = uuidV7();
  const answers = await Promise.all(Array.from({ length: 10 }, () => alice.send(room.id, 'once', id)));
  assert.deepEqual(new Set(answers.map((answer) => answer.seq)), new Set([1]));
  const history = await alice.ask('GET', `/api/chats/${room.id}/messages`);
  assert.equal(history.items.length, 1);
  await alice.hub.stop();
});
