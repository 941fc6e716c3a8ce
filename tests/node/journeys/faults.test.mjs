// What dies during a burst of messages: two processes each of messaging, chats and session, one room, three members who
// send and read through the edge, and somebody who leaves while the fault lasts.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Burst, Crowd } from './burst.mjs';
import { freshToken, HealingClient } from './healing.mjs';
import { Stack } from './stack.mjs';

const PRESENCE_WITHIN = 60;
const AWAY = { timeout: 240_000 };

let stack, crowd, people;

before(async () => {
  stack = await Stack.start({
    edit: (text) => {
      const twice = text.replace(/(messaging|chats|session): \{replicas: 1\}/g, '$1: {replicas: 2}');
      assert.equal(twice.match(/replicas: 2/g).length, 3);
      const more = ['carol', 'dave'].map((name) => `    - {userName: ${name}, email: ${name}@example.org}\n`).join('');
      return twice.replace('  clients: #', `${more}  clients: #`);
    },
  });
  crowd = await Crowd.gather(stack, ['alice', 'bob', 'carol'], ['dave']);
  people = crowd.people;
}, AWAY);

after(async () => {
  await crowd?.leave();
  await stack?.stop();
});

/** What `person`'s friends are, by name. */
async function friendsOf(person) {
  await freshToken(person);
  const answer = await person.call('GET', '/api/session/friends');
  if (answer.status !== 200) return `${answer.status}`;
  const names = Object.fromEntries(Object.values(people).map(({ id, name }) => [id, name]));
  return answer.body.items.map(({ userId, presence }) => `${names[userId]} ${presence}`).sort().join(', ');
}

/** Alice, bob and carol are there, dave is not: everybody is told so within a minute of `since`. */
async function presenceIsRight(t, since, daves = 'offline') {
  const right = { alice: `bob online, carol online, dave ${daves}`, bob: 'alice online', carol: 'alice online', dave: 'alice online' };
  let last;
  for (const end = since + PRESENCE_WITHIN * 1000; ; await new Promise((done) => setTimeout(done, 500))) {
    last = {};
    for (const name of Object.keys(right)) last[name] = await friendsOf(people[name]);
    if (Object.keys(right).every((name) => last[name] === right[name])) break;
    assert.ok(Date.now() < end, `presence is wrong after ${PRESENCE_WITHIN} s: ${JSON.stringify(last)}`);
  }
  t?.diagnostic(`presence was right ${((Date.now() - since) / 1000).toFixed(1)} s after the fault`);
}

/** Dave comes, without anything that would bring him back, and is seen. */
async function daveComes() {
  const dave = new HealingClient(people.dave);
  await dave.start();
  dave.wanted = false;
  await presenceIsRight(undefined, Date.now(), 'online');
  return dave;
}

/** Kills the process as a crash would and waits until there is another. */
async function killed(burst, name) {
  const [pid] = stack.pids(name);
  process.kill(pid, 'SIGKILL');
  await burst.until(() => stack.pids(name).some((one) => one !== pid), `${name} is started again`);
}

// Proves: H-23, H-24, B-24, B-58, A-06, A-08, W-49
test('a messaging process that is killed loses, doubles and reorders nothing, and its people are seen to be gone', AWAY, async (t) => {
  const dave = await daveComes();
  const burst = await Burst.start(t, crowd, 'messaging');
  const since = Date.now();
  // Whoever is connected to which: together everybody is cut at least once.
  for (const name of ['messaging-0', 'messaging-1']) {
    await killed(burst, name);
    await burst.live();
  }
  assert.equal(burst.cut(), 3);
  assert.notEqual(dave.hub.state, 'Connected');
  await burst.settle(t);
  await presenceIsRight(t, since);
});

// Proves: H-23, B-24, A-06, A-07
test('a chats process that is killed loses, doubles and reorders nothing', AWAY, async (t) => {
  const burst = await Burst.start(t, crowd, 'chats');
  for (const name of ['chats-0', 'chats-1']) {
    await killed(burst, name);
    await burst.live();
  }
  await burst.settle(t);
  await presenceIsRight(t, Date.now());
});

// Proves: H-11, H-23, B-58
test('a session process that is killed leaves presence right and the messages alone', AWAY, async (t) => {
  const dave = await daveComes();
  const burst = await Burst.start(t, crowd, 'session');
  const since = Date.now();
  const leaving = dave.stop();
  for (const name of ['session-0', 'session-1']) {
    await killed(burst, name);
    await burst.live();
  }
  await leaving;
  await burst.settle(t);
  assert.deepEqual(burst.refusals, []);
  await presenceIsRight(t, since);
});

// Proves: B-23, B-24, H-23, H-24
test('while RabbitMQ is away sends succeed, and all is delivered when it is back', AWAY, async (t) => {
  const dave = await daveComes();
  const burst = await Burst.start(t, crowd, 'broker');
  const since = Date.now();
  process.kill(stack.broker(), 'SIGKILL');
  await burst.until(() => stack.output.includes('RabbitMQ ended (signal: 9 (SIGKILL)) and is started again'), 'it is told');
  await dave.stop();
  const before = burst.sent.length;
  await burst.until(() => burst.sent.length >= before + 20, 'sends succeed without the broker', 10);
  await burst.live();
  t.diagnostic(`delivered live again ${((Date.now() - since) / 1000).toFixed(1)} s after the kill`);
  await burst.settle(t);
  assert.deepEqual(burst.refusals, []);
  assert.equal(burst.cut(), 0);
  await presenceIsRight(t, since);
});

// Proves: B-23, H-11, H-23, B-58
test('an emptied Redis loses no message, and presence is right again, and stays so', AWAY, async (t) => {
  const dave = await daveComes();
  const burst = await Burst.start(t, crowd, 'cache');
  const since = Date.now();
  redis('FLUSHALL');
  await dave.stop();
  await burst.live();
  redis('FLUSHALL');
  await burst.live();
  await burst.live();
  await burst.settle(t);
  assert.deepEqual(burst.refusals, []);
  assert.equal(burst.cut(), 0);
  await presenceIsRight(t, since);
  // Whoever was not announced again is dropped after 35 s: nobody who is there is.
  await new Promise((done) => setTimeout(done, Math.max(0, since + 40_000 - Date.now())));
  await presenceIsRight(undefined, Date.now() - PRESENCE_WITHIN * 1000);
});

function redis(...command) {
  const { cache } = stack.config('session-0');
  const env = { ...process.env, REDISCLI_AUTH: readFileSync(cache.password_file, 'utf8') };
  const answer = execFileSync('redis-cli', ['-h', cache.host, '-p', cache.port, ...command], { encoding: 'utf8', env });
  assert.equal(answer.trim(), 'OK');
}
