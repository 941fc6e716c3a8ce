// First figures of the product on this machine, in one run: they are for comparing one version with another here, not for
// promising anything elsewhere.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import WebSocket from 'ws';

import { Person } from './journeys/person.mjs';
import { Stack } from './journeys/stack.mjs';
import { quantile } from './quantile.mjs';

const SENDS = 300;
/** In the great room, alice and bob among them. */
const MEMBERS = 100;
const IDLE = 5000;
const SIGN_INS = 20;
const REFRESHES = 100;
const SERVICES = ['auth', 'account', 'users', 'session', 'chats', 'messaging', 'web'];

const say = (what, figure) => console.log(`${what.padEnd(58)} ${figure}`);

function direct(stack, service, listener = 'public') {
  const { http } = JSON.parse(readFileSync(join(stack.data, `config/${service}-0.json`), 'utf8'));
  return `http://${http[listener]}`;
}

/** Seconds of CPU that a process has used. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Resident bytes of a process. */
const resident = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) * 1024;
const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`;

/** Time from the call of SendMessage to the push at each receiver, over SENDS messages at a steady pace. A receiver is
    a function that is given what to call with every message. */
async function delivery(sender, receivers, chatId) {
  const began = new Map();
  const took = [];
  const wanted = SENDS * receivers.length;
  let done;
  const all = new Promise((resolve) => (done = resolve));
  const late = setTimeout(() => done(), 60_000);
  for (const listen of receivers) {
    listen((message) => {
      if (!began.has(message.text)) return;
      took.push(performance.now() - began.get(message.text));
      if (took.length === wanted) done();
    });
  }
  for (let i = 0; i < SENDS; i++) {
    const pace = new Promise((resolve) => setTimeout(resolve, 20));
    const text = `${chatId} ${i}`;
    began.set(text, performance.now());
    await sender.send(chatId, text);
    await pace;
  }
  await all;
  clearTimeout(late);
  return `p50 ${quantile(took, 0.5).toFixed(1)} ms, p99 ${quantile(took, 0.99).toFixed(1)} ms (${took.length} of ${wanted})`;
}

/** More accounts for the great room, after alice's and bob's; asking for one that is not made yet is no attack. */
function crowded(resource) {
  const names = Array.from({ length: MEMBERS - 2 }, (_, i) => `member${i}`);
  const accounts = names.map((name) => `    - {userName: ${name}, email: ${name}@example.org}\n`).join('');
  return resource.replace(/( +- {userName: bob.*\n)/, `$1${accounts}`).replace(/failedSignIns: .*/, 'failedSignIns: 1000');
}

/** Accounts are made one after the other while the platform serves already: asks again until this one is there. */
async function signIn(name, options) {
  for (let tries = 0; ; tries++) {
    try {
      return await Person.signIn(stack, name, undefined, options);
    } catch (error) {
      if (tries === 60 || !error.message.endsWith('401')) throw error;
      await new Promise((done) => setTimeout(done, 500));
    }
  }
}

/** A room with everybody in it. */
async function room(owner, members) {
  const { id } = await owner.ask('POST', '/api/chats/rooms', { name: `${members.length + 1} members` });
  for (const member of members) {
    const invitation = await owner.ask('POST', `/api/chats/${id}/invitations`, { userId: member.id });
    await member.ask('POST', `/api/chats/invitations/${invitation.id}/accept`);
  }
  return id;
}

const stack = await Stack.start({ edit: crowded });
say('cold start (empty data folder) to page and sign-in', `${stack.startSeconds.toFixed(1)} s`);
try {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  for (const service of SERVICES) {
    for (const pid of stack.pids(`${service}-0`)) say(`memory at rest: ${service}`, megabytes(resident(pid)));
  }
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const line = (() => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    })();
    if (line.includes(stack.data) && line.includes('bootstrap.json') && !line.startsWith('setpriv')) say('memory at rest: Envoy', megabytes(resident(pid)));
  }

  await Promise.all([alice.connect(), bob.connect()]);
  await alice.befriend(bob);
  const atBob = (heard) => bob.hub.on('MessagePosted', heard);
  const small = await room(alice, [bob]);
  await bob.push('ChatAdded', (push) => push.chatId === small);
  say('send → delivered, 2 members, 50 sends/s', await delivery(alice, [atBob], small));
  const crowd = [];
  for (let i = 0; i < MEMBERS - 2; i++) {
    const member = await signIn(`member${i}`, { base: direct(stack, 'auth') });
    await member.befriend(alice);
    crowd.push(member);
  }
  const sockets = await Promise.all(crowd.map((member) => open(stack, member.tokens.access_token)));
  const great = await room(alice, [bob, ...crowd]);
  await bob.push('ChatAdded', (push) => push.chatId === great);
  say(`send → delivered, ${MEMBERS} members, 50 sends/s`, await delivery(alice, [atBob, ...sockets.map(posted)], great));
  sockets.forEach((socket) => socket.terminate());

  const [auth] = stack.pids('auth-0');
  const [account] = stack.pids('account-0');
  const spent = () => cpu(auth) + cpu(account);
  let before = spent();
  for (let i = 0; i < SIGN_INS; i++) await Person.signIn(stack, 'bob', undefined, { base: direct(stack, 'auth'), known: false });
  say('CPU of auth and account per sign-in', `${(((spent() - before) / SIGN_INS) * 1000).toFixed(0)} ms`);
  before = spent();
  let { refresh_token: token } = alice.tokens;
  for (let i = 0; i < REFRESHES; i++) {
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, client_id: 'securechat-web' });
    const answer = await fetch(new URL('/auth/token', direct(stack, 'auth')), { method: 'POST', body });
    token = (await answer.json()).refresh_token;
  }
  say('CPU of auth and account per refresh', `${(((spent() - before) / REFRESHES) * 1000).toFixed(1)} ms`);

  const [hub] = stack.pids('messaging-0');
  const empty = resident(hub);
  const idle = [];
  for (let i = 0; i < IDLE; i += 50) idle.push(...(await Promise.all(Array.from({ length: 50 }, () => open(stack, bob.tokens.access_token)))));
  await new Promise((done) => setTimeout(done, 2000));
  const each = (resident(hub) - empty) / idle.length;
  say(`memory of ${idle.length} idle connections at the hub`, `${(each / 1024).toFixed(1)} KB each, ${megabytes(resident(hub))} in all`);
  idle.forEach((socket) => socket.terminate());
  await Promise.all([alice.hub.stop(), bob.hub.stop()]);
  await stack.interrupt();
  await stack.launch();
  say('warm start to page and sign-in', `${stack.startSeconds.toFixed(1)} s`);
} finally {
  await stack.stop();
}

/** What such a connection hears of messages. */
function posted(socket) {
  return (heard) =>
    socket.on('message', (data) => {
      for (const frame of String(data).split('\u001e').filter(Boolean)) {
        const { target, arguments: [message] = [] } = JSON.parse(frame);
        if (target === 'MessagePosted') heard(message);
      }
    });
}

/** A hub connection that only answers pings: straight to the hub, since the edge limits one address. */
async function open(stack, token) {
  const url = `${direct(stack, 'messaging').replace('http', 'ws')}/hub/messaginghub?access_token=${token}`;
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await new Promise((done, failed) => {
    socket.once('open', done);
    socket.once('error', failed);
  });
  const ready = new Promise((done) => socket.once('message', done));
  socket.send('{"protocol":"json","version":1}\u001e');
  await ready;
  return socket;
}
