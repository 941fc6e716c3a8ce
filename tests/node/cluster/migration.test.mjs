// Releases whose migrations fail, and releases that follow each other too quickly.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { Cluster, NAMESPACE } from './cluster.mjs';
import { Load } from './load.mjs';
import { Platform, SERVICES } from './platform.mjs';
import { ask, next, Releases } from './release.mjs';

const PATIENCE = { timeout: 600_000 };

const column = (name) => `-- class: expand\nALTER TABLE users ADD COLUMN ${name} VARCHAR(40) NULL;\n`;
/** A file of users, the n-th after those of the sample's release. */
const file = (n, what) => `V${next('users') + n - 1}__${what}.sql`;

const TOWN = { [file(1, 'add_town')]: column('town') };
const STREET = { ...TOWN, [file(2, 'add_street')]: column('street') };
const HOUSE = { ...STREET, [file(3, 'add_house')]: column('house') };
const FLOOR = { ...HOUSE, [file(4, 'add_floor')]: column('floor') };
const RELEASES = {
  '0.2.0': { [file(1, 'add_town')]: column('user_name') }, // which is there already
  '0.2.1': TOWN,
  '0.3.0': { ...TOWN, [file(2, 'add_street')]: column('town') },
  '0.4.0': STREET,
  '0.5.0': HOUSE,
  '0.6.0': FLOOR,
};

let cluster, platform, releases;
before(async () => {
  cluster = await Cluster.up();
  platform = await Platform.ready(cluster, {
    edit: (spec) => {
      spec.gateway.trustedHops = 1;
      // All at once: what happens while services wait for their turn is for the upgrade's test.
      spec.upgrade = { parallelism: 6 };
    },
  });
  releases = new Releases(cluster);
  for (const [version, users] of Object.entries(RELEASES)) await releases.make(version, { users });
  await platform.settled();
}, PATIENCE);
after(async () => {
  await platform?.remove();
  await releases?.forget();
  cluster?.close();
}, PATIENCE);

/** The release of each service's pods, those that are on their way out left aside. */
async function running() {
  const pods = (await platform.pods()).filter(({ metadata }) => !metadata.deletionTimestamp);
  const versions = (service) => pods.filter(({ metadata }) => metadata.labels['app.kubernetes.io/component'] === service).map(({ metadata }) => metadata.labels['app.kubernetes.io/version']);
  return Object.fromEntries(SERVICES.map((service) => [service, [...new Set(versions(service))].join()]));
}

const migrationJobs = async () => (await cluster.api.list('Job', NAMESPACE, { labelSelector: 'securechat.io/service=users' })).map(({ metadata }) => metadata.name);

/** Asks for a release whose migration of users fails; what is told. */
async function fails(version, words) {
  await ask(platform, version);
  const { message } = await platform.until('MigrationsCurrent', 'False', 180, 'MigrationFailed');
  for (const part of words) assert.ok(message.includes(part), `${part} is named: ${message}`);
  const told = async () => {
    const notes = (await cluster.api.list('Event', NAMESPACE)).filter(({ reason }) => reason === 'MigrationFailed').map(({ note }) => note);
    return notes.find((note) => words.every((part) => note.includes(part)));
  };
  for (const end = Date.now() + 10_000; !(await told()); await pause(200)) assert.ok(Date.now() < end, 'an Event names them too');
  return message;
}

async function serves(version, t) {
  const began = performance.now();
  await platform.until('Ready', 'True', 180);
  t.diagnostic(`${version} serves after ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  assert.deepEqual(await running(), Object.fromEntries(SERVICES.map((service) => [service, version])));
}

/** That every file of a release was applied once, and in order. A try that failed is told, too, until the next one. */
async function applied(files) {
  const rows = (await platform.history('users')).slice(next('users') - 1);
  assert.deepEqual(rows.filter(({ success }) => success).map(({ script }) => script), Object.keys(files));
}

// Proves: W-34
test('a migration that fails is told by file, statement and error, while the old release serves; mended, it goes forward', PATIENCE, async (t) => {
  const load = await Load.start(platform);
  const message = await fails('0.2.0', [`${file(1, 'add_town')}:2`, "Duplicate column name 'user_name' (error 1060)", 'ALTER TABLE users ADD COLUMN user_name']);
  t.diagnostic(`told: ${message}`);
  await platform.untilResource('the others go on', ({ status }) => status.services.every(({ name, version }) => name === 'users' || version === '0.2.0'), 120);
  assert.equal((await running()).users, '0.1.0');
  const jobs = await migrationJobs();
  await pause(5_000);
  assert.deepEqual(await migrationJobs(), jobs, 'it is not run again by itself');
  await ask(platform, '0.2.1');
  await serves('0.2.1', t);
  await load.stop();
  assert.deepEqual(load.failures, []);
  await applied(TOWN);
});

// Proves: W-34
test('after a migration that failed the release before is a way back', PATIENCE, async (t) => {
  const load = await Load.start(platform);
  await fails('0.3.0', [`${file(2, 'add_street')}:2`, "Duplicate column name 'town' (error 1060)"]);
  await ask(platform, '0.2.1');
  await serves('0.2.1', t);
  await load.stop();
  assert.deepEqual(load.failures, []);
  await applied(TOWN);
});

// Proves: W-34
test('two edits that follow each other at once run each migration once', PATIENCE, async (t) => {
  const before = await migrationJobs();
  await ask(platform, '0.4.0');
  await ask(platform, '0.5.0');
  await serves('0.5.0', t);
  await applied(HOUSE);
  const made = (await migrationJobs()).filter((name) => !before.includes(name));
  t.diagnostic(`Jobs: ${made.join(', ')}`);
  assert.ok(made.length <= 2, made.join());
});

// Proves: W-34
test('an operator that is killed as soon as a migration Job is there is followed by one that makes no other', PATIENCE, async (t) => {
  const before = await migrationJobs();
  const [operator] = await cluster.operatorPods();
  const [pid] = cluster.processes(operator, 'securechat-operator');
  const ended = new AbortController();
  const created = (async () => {
    const path = `/apis/batch/v1/namespaces/${NAMESPACE}/jobs?watch=true&labelSelector=securechat.io/service=users`;
    for await (const { type, object } of cluster.api.events(path, ended.signal)) {
      if (type === 'ADDED' && !before.includes(object.metadata.name)) return object.metadata.name;
    }
  })();
  await ask(platform, '0.6.0');
  const job = await created;
  process.kill(pid, 'SIGKILL');
  ended.abort();
  await serves('0.6.0', t);
  const again = await cluster.operatorPods();
  assert.ok(again[0].status.containerStatuses[0].restartCount > operator.status.containerStatuses[0].restartCount, 'it was killed');
  assert.deepEqual((await migrationJobs()).filter((name) => !before.includes(name)), [job]);
  await applied(FLOOR);
});
