// A new release of all six services, while people work.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { Burst, Crowd } from '../journeys/burst.mjs';
import { quantile } from '../quantile.mjs';
import { Cluster } from './cluster.mjs';
import { Load } from './load.mjs';
import { Platform } from './platform.mjs';
import { ask, next, Releases } from './release.mjs';

const FROM = '0.1.0';
const TO = '0.2.0';
const MEMBERS = ['alice', 'bob', ...Array.from({ length: 8 }, (_, i) => `guest${i}`)];
const CONNECTIONS = 5;
/** Each of two people sends as often (ms). */
const SEND_EVERY = 100;
const BASELINE_SECONDS = 90;
const FIGURES = new URL('../../../.data/figures/', import.meta.url).pathname;
const PATIENCE = { timeout: 600_000 };

/** A table to which each service adds a column, as releases mostly do. */
const TABLES = { auth: 'sign_ins', account: 'accounts', users: 'users', session: 'presence_spans', chats: 'messages', messaging: 'hub_replicas' };
const CONTRACT = 'chats';

function migrations() {
  const added = {};
  for (const [service, table] of Object.entries(TABLES)) {
    added[service] = { [`V${next(service)}__note.sql`]: `-- class: expand\nALTER TABLE ${table} ADD COLUMN note VARCHAR(40) NULL;\n` };
  }
  added[CONTRACT][`V${next(CONTRACT) + 1}__no_note.sql`] = `-- class: contract\nALTER TABLE ${TABLES[CONTRACT]} DROP COLUMN note;\n`;
  return added;
}

let cluster, platform, releases, crowd, load, measured;
before(async () => {
  cluster = await Cluster.up();
  const guests = MEMBERS.map((userName) => ({ userName, email: `${userName}@example.org` }));
  platform = await Platform.ready(cluster, {
    edit: ({ gateway, demoAccounts }) => {
      // People have addresses of their own, as behind a load balancer.
      gateway.trustedHops = 1;
      demoAccounts.push(...guests.filter(({ userName }) => !demoAccounts.some((known) => known.userName === userName)));
    },
  });
  releases = new Releases(cluster);
  await releases.make(TO, migrations());
  await platform.settled();
  await platform.allAccounts();
  const from = (name) => `192.0.2.${MEMBERS.indexOf(name) + 1}`;
  crowd = await Crowd.gather(platform, MEMBERS, [], { connections: CONNECTIONS, from });
  load = await Load.start(platform);
}, PATIENCE);
after(async () => {
  await load?.stop();
  await crowd?.leave();
  await platform?.remove();
  await releases?.forget();
  cluster?.close();
}, PATIENCE);

/** Count, median and p99 of each kind. */
function figures(kinds) {
  const of = (values) => ({ count: values.length, p50: Math.round(quantile(values, 0.5)), p99: Math.round(quantile(values, 0.99)) });
  return Object.fromEntries(Object.entries(kinds).map(([kind, values]) => [kind, of(values)]));
}

/** Until when pods of the former release were there. */
async function followOldPods(signal) {
  let last = Date.now();
  for (; !signal.aborted; await pause(500)) {
    const pods = await cluster.api.list('Pod', platform.namespace, { labelSelector: `app.kubernetes.io/instance=${platform.name},app.kubernetes.io/version=${FROM}`, limit: 1 });
    if (pods.length > 0) last = Date.now();
  }
  return last;
}

// Proves: W-34, W-49
test('an upgrade of all services fails no call, loses no message, and takes away last', PATIENCE, async (t) => {
  const burst = await Burst.start(t, crowd, 'upgrade', SEND_EVERY);
  await pause(2_000);
  const take = () => ({ ...load.take(), send: burst.took.splice(0) });
  take();
  await pause(BASELINE_SECONDS * 1_000);
  const baseline = figures(take());

  const ended = new AbortController();
  const oldPods = followOldPods(ended.signal);
  const connects = crowd.clients.map((client) => client.connects);
  const began = performance.now();
  await ask(platform, TO);
  await platform.until('Ready', 'True', 300);
  const seconds = (performance.now() - began) / 1_000;
  const during = figures(take());
  ended.abort();
  await burst.live();
  await load.stop();
  await burst.settle(t);

  const moved = crowd.clients.filter((client, i) => client.connects > connects[i]).length;
  const cuts = crowd.clients.flatMap((client) => client.cuts);
  const stored = { from: FROM, to: TO, seconds, messages: burst.sent.length, clients: crowd.clients.length, moved, baseline, during, failures: load.failures, repeated: burst.refusals, cuts };
  mkdirSync(FIGURES, { recursive: true });
  writeFileSync(`${FIGURES}upgrade.json`, `${JSON.stringify(stored, null, 2)}\n`);
  t.diagnostic(`${burst.refusals.length} of ${burst.sent.length} sendings were under way when their client was sent elsewhere`);
  t.diagnostic(`upgraded in ${seconds.toFixed(1)} s; ${moved} of ${crowd.clients.length} hub clients moved`);
  for (const [kind, { count, p50, p99 }] of Object.entries(during)) {
    t.diagnostic(`${kind}: ${count} calls, p50 ${p50} ms (before ${baseline[kind].p50}), p99 ${p99} ms (before ${baseline[kind].p99})`);
  }

  assert.deepEqual(load.failures, []);
  burst.onlyMoved(4);
  assert.deepEqual(cuts, [], 'every client was told to connect elsewhere, and could');
  assert.equal(moved, crowd.clients.length);

  const histories = Object.fromEntries(await Promise.all(Object.keys(TABLES).map(async (service) => [service, await platform.history(service)])));
  for (const [service, files] of Object.entries(migrations())) {
    const applied = histories[service].map(({ script, success }) => success && script);
    for (const script of Object.keys(files)) assert.equal(applied.filter((one) => one === script).length, 1, `${service}: ${script} ran once`);
  }
  const contract = histories[CONTRACT].at(-1);
  assert.match(contract.script, /no_note/);
  for (const [service, rows] of Object.entries(histories)) assert.ok(rows.every(({ at }) => at <= contract.at), `${service} before the contract`);
  const lastOld = (await oldPods) / 1_000;
  assert.ok(contract.at >= Math.floor(lastOld), `old pods until ${lastOld}, contract at ${contract.at}`);
  measured = stored;
});

test('while an upgrade goes on the slowest calls take at most twice as long', () => {
  const { baseline, during } = measured;
  for (const [kind, { p99 }] of Object.entries(during)) {
    assert.ok(p99 <= 2 * baseline[kind].p99, `${kind}: p99 ${p99} ms, before ${baseline[kind].p99} ms`);
  }
});
