// `make up`: what it starts, leaves behind, finds again, and says when it cannot.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readlinkSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { HealingClient } from './healing.mjs';
import { Person } from './person.mjs';
import { freePort, Stack } from './stack.mjs';

const LIMIT = { timeout: 180_000 };
const START_WITHIN = 10;

let stack;
after(() => stack?.stop());

/** Everything that was started: what runs for the data folder, and what is told nothing of it, as the mail sink. */
function pids() {
  const { pid } = stack.process;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  return new Set([...children, ...stack.processes().map((one) => one.pid)]);
}

/** Whether a process lives: a dead one that nobody took notice of yet does not. */
function alive(pid) {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** The ports on which the platform's processes listen. */
function listeners() {
  const ours = new Set();
  for (const pid of pids()) {
    for (const entry of entries(`/proc/${pid}/fd`)) {
      const target = link(`/proc/${pid}/fd/${entry}`);
      if (target.startsWith('socket:[')) ours.add(target.slice(8, -1));
    }
  }
  return listening().filter(({ inode }) => ours.has(inode)).map(({ port }) => port);
}

/** Every listening TCP socket of this machine. */
function listening() {
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => readFileSync(table, 'utf8').trim().split('\n').slice(1));
  const fields = rows.map((row) => row.trim().split(/\s+/)).filter((row) => row[3] === '0A');
  return fields.map((row) => ({ port: Number.parseInt(row[1].split(':')[1], 16), inode: row[9] }));
}

function entries(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function link(path) {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

const since = () => `${((performance.now() - stack.began) / 1000).toFixed(1)} s`;

async function chatting(name) {
  return new HealingClient(await Person.signIn(stack, name, undefined, { known: false })).start();
}

// Proves: W-55, W-59, A-08, B-23, B-24
test('what is started chats, ends with Ctrl-C and leaves nothing; started again it knows everything at once', LIMIT, async (t) => {
  stack = await Stack.start();
  t.diagnostic(`first start ${stack.startSeconds.toFixed(1)} s`);
  const [alice, bob] = [await Person.signIn(stack, 'alice'), await Person.signIn(stack, 'bob')];
  t.after(() => Promise.all([alice.hub?.stop(), bob.hub?.stop()]));
  await alice.befriend(bob);
  let made;
  await alice.until(async () => (made = await alice.call('PUT', `/api/chats/private/${bob.id}`)).status < 300);
  const chat = made.body.id;
  await Promise.all([alice.connect(), bob.connect()]);
  await alice.send(chat, 'before');
  await bob.push('MessagePosted', (message) => message.text === 'before');
  await bob.send(chat, 'before, back');
  await alice.push('MessagePosted', (message) => message.text === 'before, back');

  const [ports, started] = [listeners(), pids()];
  assert.ok(ports.includes(stack.port) && ports.includes(stack.mailPort), `${ports}`);
  assert.ok(ports.length > 20, `${ports}`);
  await Promise.all([alice.hub.stop(), bob.hub.stop()]);
  const stopping = performance.now();
  await stack.interrupt();
  t.diagnostic(`${started.size} processes, ${ports.length} listeners; stopped in ${((performance.now() - stopping) / 1000).toFixed(1)} s`);
  assert.equal(stack.process.exitCode, 0, stack.output);
  assert.deepEqual(stack.processes(), []);
  assert.deepEqual([...started].filter(alive), []);
  const still = new Set(listening().map(({ port }) => port));
  assert.deepEqual(ports.filter((port) => still.has(port)), []);

  await stack.launch();
  t.diagnostic(`second start ${stack.startSeconds.toFixed(1)} s`);
  // RabbitMQ is not up yet, as it starts beside everything else; it stays so until something was sent.
  const amqp = JSON.parse(readFileSync(join(stack.data, 'config/chats-0.json'), 'utf8')).broker.port;
  const early = !listeners().includes(amqp);
  process.kill(stack.broker(), 'SIGSTOP');
  const [first, second] = [await chatting('alice'), await chatting('bob')];
  t.after(() => Promise.all([first.stop(), second.stop()]));
  const chats = (await first.person.ask('GET', '/api/chats')).items;
  assert.deepEqual(chats.map(({ id, lastSeq }) => [id, lastSeq]), [[chat, 2]]);
  const history = await second.person.ask('GET', `/api/chats/${chat}/messages`);
  assert.deepEqual(history.items.map(({ text }) => text), ['before', 'before, back']);
  for (const client of [first, second]) client.follow(chat);
  history.items.forEach((message) => second.apply(message));
  await first.send('at once', []);
  t.diagnostic(`sent ${since()} after the start, ${early ? 'before RabbitMQ listened' : 'to a RabbitMQ that stands still'}`);
  assert.equal((await second.person.ask('GET', `/api/chats/${chat}/messages`)).lastSeq, 3);
  assert.equal(second.last, 2);
  process.kill(stack.broker(), 'SIGCONT');
  // As a push, or, when chats had its broker before the hub had, by the sync that the hub then demands.
  await first.person.until(() => second.last === 3, 60);
  t.diagnostic(`there ${since()} after the start, by ${second.pushed === 3 ? 'push' : 'sync'}`);
  await first.send('now', []);
  await first.person.until(() => second.pushed === 4, 30);
  assert.deepEqual(second.applied.map(({ text }) => text), ['before', 'before, back', 'at once', 'now']);
  assert.ok(stack.startSeconds <= START_WITHIN, `started again in ${stack.startSeconds} s`);
});

/** What `securechat-up` says before it has started anything. */
async function refusal(t, ...args) {
  const data = mkdtempSync(join(tmpdir(), 'securechat-refused.'));
  const up = Stack.spawn(['--data', data, ...args]);
  const late = setTimeout(() => up.process.kill('SIGINT'), 60_000);
  t.after(() => rmSync(data, { recursive: true, force: true }));
  await once(up.process, 'close');
  clearTimeout(late);
  assert.equal(up.process.exitCode, 1, up.output);
  assert.deepEqual(Stack.processesOf(data), []);
  return up.output;
}

// Proves: W-59
test('a port in use is told in one line, with what to do', LIMIT, async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address();
  const said = await refusal(t, '--port', port, '--mail-port', await freePort());
  const remedy = 'stop what uses it or choose another (make up PORT=…)';
  assert.equal(said, `securechat-up: port ${port} (SecureChat) is in use; ${remedy}\n`);
  assert.match(await refusal(t, '--port', await freePort(), '--mail-port', port), new RegExp(`^securechat-up: port ${port} .*is in use.*\n$`));
});

// Proves: W-59
test('a missing Envoy is told in one line, with what to do', LIMIT, async (t) => {
  const said = await refusal(t, '--port', await freePort(), '--mail-port', await freePort(), '--envoy', '/nonexistent');
  assert.equal(said, 'securechat-up: Envoy is not installed (/nonexistent is missing); run make tools\n');
});
