// Two people who chat live, as the quickest proof that a platform is whole.
import assert from 'node:assert/strict';

import { Person } from '../journeys/person.mjs';

/** Alice and bob sign in, are friends, see each other, and what she writes reaches him at once: their chat. */
export async function talk(platform, text) {
  const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => Person.signIn(platform, name)));
  await Promise.all([alice.connect(), bob.connect()]);
  const bobs = async () => (await alice.ask('GET', '/api/session/friends')).items.find(({ userId }) => userId === bob.id);
  if (!(await bobs())) {
    await alice.befriend(bob);
    await alice.push('FriendshipCreated');
  }
  await alice.until(async () => (await bobs())?.presence === 'online');
  let chat;
  // Chats learns of friendships by events.
  await alice.until(async () => (chat = await alice.call('PUT', `/api/chats/private/${bob.id}`)).status < 300);
  await alice.send(chat.body.id, text);
  assert.equal((await bob.push('MessagePosted')).text, text);
  await Promise.all([alice.hub.stop(), bob.hub.stop()]);
  return chat.body.id;
}
