// What dies during a burst of messages: two processes each of messaging, chats and session, one room, three members who
// send and read through the edge, and somebody who leaves while the fault lasts.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { freshToken, HealingClient } from './healing.mjs';
import { Person } from './person.mjs';
import { Stack } from './stack.mjs';

const EVERY = 50;
const PRESENCE_WITHIN = 60;
const AWAY = { timeout: 240_000 };

let stack, people, clients;

before(async () => {
  stack = await Stack.start({
    edit: (text) => {
      const twice = text.replace(/(messaging|chats|session): \{replicas: 1\}/g, '$1: {replicas: 2}');
      assert.equal(twice.match(/replicas: 2/g).length, 3);
      const more = ['carol', 'dave'].map((name) => `    - {userName: ${name}, email: ${name}@example.org}\n`).join('');
      return twice.replace('  clients: #', `${more}  clients: #`);
    },
  });
  people = {};
  for (const name of ['alice', 'bob', 'carol', 'dave']) people[name] = await Person.signIn(stack, name);
  for (const name of ['bob', 'carol', 'dave']) await people.alice.befriend(people[name]);
  clients = [];
  for (const name of ['alice', 'bob', 'carol']) clients.push(await new HealingClient(people[name]).start());
}, AWAY);

after(async () => {
  for (const client of clients ?? []) await client.stop();
  await stack?.stop();
});

/** A room of alice, bob and carol that every client follows. */
async function room(name) {
  const { alice, bob, carol } = people;
  for (const person of [alice, bob, carol]) await freshToken(person);
  const made = await alice.ask('POST', '/api/chats/rooms', { name });
  for (const guest of [bob, carol]) {
    const invited = () => alice.call('POST', `/api/chats/${made.id}/invitations`, { userId: guest.id });
    let invitation;
    // chats learns of friendships by events.
    await alice.until(async () => (invitation = await invited()).status === 201);
    await guest.ask('POST', `/api/chats/invitations/${invitation.body.id}/accept`);
  }
  clients.forEach((client) => client.follow(made.id));
  return made.id;
}

/** Two senders that go on until they are stopped. */
class Burst {
  static async start(t, name) {
    const burst = new Burst();
    t.after(() => (burst.on = false));
    Object.assign(burst, { room: await room(name), on: true, sent: [], refusals: [], began: performance.now() });
    burst.sending = Promise.all([burst.run(clients[0]), burst.run(clients[1])]);
    // Whoever waits for something else learns of it too.
    burst.sending.catch(() => {});
    burst.connects = clients.map((client) => client.connects);
    await burst.until(() => burst.sent.length >= 40, 'both send');
    return burst;
  }

  async run(client) {
    for (let i = 0; this.on; i++) {
      const next = new Promise((done) => setTimeout(done, EVERY));
      this.sent.push(await client.send(`${client.person.name} ${i}`, this.refusals));
      await next;
    }
  }

  async until(check, what, seconds = 90) {
    const look = async () => {
      for (const end = Date.now() + seconds * 1000; !check(); ) {
        if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}; ${this.figures()}; ${stack.output.slice(-2000)}`);
        await new Promise((done) => setTimeout(done, 50));
      }
    };
    await Promise.race([look(), this.sending.then(() => look())]);
  }

  /** Everybody gets, as a push and not by asking, what is sent from now on. */
  async live() {
    const newest = Math.max(...this.sent.map((message) => message.seq));
    await this.until(() => clients.every((client) => client.pushed > newest + 10), 'everybody gets pushes');
  }

  cut() {
    return clients.filter((client, i) => client.connects > this.connects[i]).length;
  }

  figures() {
    const seen = clients.map((client) => `${client.person.name} ${client.last}, ${client.syncs} syncs`).join('; ');
    const seconds = ((performance.now() - this.began) / 1000).toFixed(1);
    return `${this.sent.length} messages in ${seconds} s, ${this.refusals.length} tries failed, ${this.cut()} clients cut; saw: ${seen}`;
  }

  /** Ends the burst and compares what was sent, what the database holds and what every client saw. */
  async settle(t) {
    this.on = false;
    await this.sending;
    const total = this.sent.length;
    await this.until(() => clients.every((client) => client.last >= total), 'everybody has everything', 30);
    t.diagnostic(this.figures());
    const stored = storedIn(this.room);
    assert.deepEqual(stored.map((row) => row.seq), Array.from({ length: total }, (_, i) => i + 1), 'dense, from 1');
    const bySeq = this.sent.toSorted((a, b) => a.seq - b.seq);
    assert.deepEqual(stored, bySeq, 'what was answered is what is stored');
    for (const client of clients) {
      const saw = client.applied.map(({ seq, id }) => ({ seq, id }));
      assert.deepEqual(saw, bySeq, `${client.person.name} saw each once, in order`);
      assert.equal(client.held.size, 0);
      assert.equal(client.pushedTwice, 0, `nothing was pushed twice to ${client.person.name}`);
    }
    // Each sender's own messages are in the order in which she sent them.
    for (const name of ['alice', 'bob']) {
      const texts = clients[2].applied.map((message) => message.text).filter((text) => text.startsWith(name));
      assert.deepEqual(texts, texts.map((_, i) => `${name} ${i}`));
    }
  }
}

/** Asked past the product: the database's own client over its socket. */
function storedIn(chat) {
  const socket = join(stack.data, 'mariadb/s');
  const database = config('chats-0').database.name;
  const query = `SELECT seq, LOWER(HEX(id)) FROM messages WHERE chat_id = UNHEX('${chat.replaceAll('-', '')}') ORDER BY seq`;
  const args = ['--no-defaults', '-uroot', '--socket', socket, '-N', '-B', '-e', query, database];
  const lines = execFileSync('mariadb', args, { encoding: 'utf8' }).trim().split('\n');
  return lines.filter(Boolean).map((line) => {
    const [seq, hex] = line.split('\t');
    return { seq: Number(seq), id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') };
  });
}

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
  const burst = await Burst.start(t, 'messaging');
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
  const burst = await Burst.start(t, 'chats');
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
  const burst = await Burst.start(t, 'session');
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
  const burst = await Burst.start(t, 'broker');
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
  const burst = await Burst.start(t, 'cache');
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
  const { cache } = config('session-0');
  const env = { ...process.env, REDISCLI_AUTH: readFileSync(cache.password_file, 'utf8') };
  const answer = execFileSync('redis-cli', ['-h', cache.host, '-p', cache.port, ...command], { encoding: 'utf8', env });
  assert.equal(answer.trim(), 'OK');
}

function config(name) {
  return JSON.parse(readFileSync(join(stack.data, `config/${name}.json`), 'utf8'));
}
