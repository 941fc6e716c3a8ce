// What people do without pause, what became of each call, and how long it took.
import { Person } from '../journeys/person.mjs';

export class Load {
  constructor() {
    this.kinds = {};
    this.failures = [];
    this.timers = [];
    this.open = new Set();
  }

  /** Begins a call of a kind every so many milliseconds, however long the ones before take. */
  every(ms, kind, call) {
    this.kinds[kind] = [];
    this.timers.push(setInterval(() => this.begin(kind, call), ms));
  }

  begin(kind, call) {
    const at = new Date().toISOString();
    const began = performance.now();
    const done = call()
      .then(() => this.kinds[kind].push(performance.now() - began))
      .catch((error) => this.failures.push(`${at} ${kind} after ${Math.round(performance.now() - began)} ms: ${reason(error)}`))
      .finally(() => this.open.delete(done));
    this.open.add(done);
  }

  /** What was measured since the last time. */
  take() {
    const taken = Object.entries(this.kinds).map(([kind, values]) => [kind, values.splice(0)]);
    return Object.fromEntries(taken);
  }

  async stop() {
    this.timers.forEach(clearInterval);
    await Promise.all(this.open);
  }

  /** Sign-ins, refreshes, and reads that take in every service, of people with addresses of their own. */
  static async start(platform) {
    const load = new Load();
    const reader = await Person.signIn(platform, 'dave', undefined, { from: '198.51.100.1' });
    const renewing = await Promise.all(RENEWERS.map((from) => Person.signIn(platform, 'erin', undefined, { from })));
    const renewals = renewing.map(inTurn);
    let renewed = 0;
    let signIns = 0;
    load.every(1_000, 'sign-in', () => Person.signIn(platform, 'erin', undefined, { known: false, from: `203.0.113.${++signIns % 200}` }));
    load.every(500, 'refresh', () => renewals[++renewed % renewals.length]());
    const renew = setInterval(() => reader.refresh().catch((error) => load.failures.push(`refresh: ${reason(error)}`)), 120_000);
    load.timers.push(renew);
    let reads = 0;
    load.every(100, 'read', () => reader.ask('GET', READS[++reads % READS.length]));
    load.every(200, 'page', async () => ok(await fetch(platform.url, { headers: reader.headers })));
    load.every(200, 'negotiate', () => reader.ask('POST', '/hub/messaginghub/negotiate?negotiateVersion=1'));
    return load;
  }
}

/** One address may renew a token a second. */
const RENEWERS = ['198.51.100.2', '198.51.100.3'];

/** Renews one after the other: each takes the token that the one before was given. */
function inTurn(person) {
  let last = Promise.resolve();
  return () => (last = last.catch(() => {}).then(() => person.refresh()));
}

const READS = ['/api/account/me', '/api/users/me', '/api/session/friends', '/api/chats'];

function ok(answer) {
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.text();
}

/** An error with what caused it. */
const reason = ({ message, cause }) => (cause ? `${message}: ${cause.code ?? cause.message}` : message);
