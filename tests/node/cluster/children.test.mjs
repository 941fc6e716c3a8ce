// What a platform is made of comes back as it was, whoever deletes or edits it.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { Cluster, NAMESPACE } from './cluster.mjs';
import { Platform } from './platform.mjs';

const BACK_WITHIN = 5;
const PATIENCE = { timeout: 1_500_000 };
/** What others would take the place of that open nothing. */
const NEVER_ANEW = ['demo-keys', 'demo-accounts'];

let cluster, platform;
before(async () => {
  cluster = await Cluster.up();
  platform = await Platform.ready(cluster);
}, PATIENCE);
beforeEach(() => platform.settled(), PATIENCE);
after(() => cluster?.close());

/** What hangs together with others that are made anew comes last: the passwords. */
const byTrouble = ({ kind, metadata }) => (kind !== 'Secret' ? 0 : metadata.name.endsWith('-bootstrap') ? 1 : 2);

/** What an object says, without what differs each time it is made: addresses, and values that are made by chance. */
function said({ kind, metadata, spec, data, automountServiceAccountToken }) {
  const { name, labels, ownerReferences } = metadata;
  const byChance = kind === 'Secret' && !name.endsWith('-bootstrap');
  const asked = kind === 'Service' ? { ...spec, clusterIP: '', clusterIPs: '' } : kind === 'Job' ? {} : spec;
  return { labels, ownerReferences, automountServiceAccountToken, data: byChance ? Object.keys(data) : data, spec: asked };
}

/** The names that Jobs have change with the passwords that they are made for. */
const stable = (objects) => objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`).filter((name) => !/-(provision|migrate)-/.test(name)).sort();

class Times {
  constructor() {
    this.all = [];
  }

  add(name, seconds) {
    this.all.push({ name, seconds });
    assert.ok(seconds <= BACK_WITHIN, `${name} came back after ${seconds} s`);
  }

  tell(t) {
    this.all.sort((one, other) => one.seconds - other.seconds);
    const slowest = this.all.at(-1);
    const median = this.all[Math.floor(this.all.length / 2)].seconds;
    t.diagnostic(`${this.all.length} objects: median ${median.toFixed(2)} s, slowest ${slowest.seconds.toFixed(2)} s (${slowest.name})`);
  }
}

// Proves: P-15
test('every object that is deleted comes back within five seconds', PATIENCE, async (t) => {
  const times = new Times();
  const all = await platform.children();
  const order = all.filter(({ metadata }) => !NEVER_ANEW.includes(metadata.name)).sort((one, other) => byTrouble(one) - byTrouble(other));
  for (const { kind, metadata } of order) {
    const { name } = metadata;
    const present = await cluster.api.get(kind, NAMESPACE, name);
    if (!present) continue;
    const asItWas = JSON.stringify(said({ kind, ...present }));
    const began = performance.now();
    await cluster.api.delete(kind, NAMESPACE, name);
    const isBack = (object) => object && object.metadata.uid !== present.metadata.uid && JSON.stringify(said({ kind, ...object })) === asItWas;
    await cluster.api.until(`${kind} ${name} is back as it was`, kind, NAMESPACE, name, isBack, 30);
    times.add(`${kind}/${name}`, (performance.now() - began) / 1000);
    await platform.settled();
  }
  times.tell(t);
  assert.deepEqual(stable(await platform.children()), stable(all));
});

// Proves: B-06
test('first passwords that are lost are told, and whoever lost them puts them back', PATIENCE, async () => {
  const { metadata: { name, labels }, data, type } = await platform.get('Secret', 'accounts');
  await cluster.api.delete('Secret', NAMESPACE, name);
  await platform.until('Degraded', 'True', 60, 'PasswordsLost');
  await platform.settled();
  await cluster.api.create('Secret', NAMESPACE, { apiVersion: 'v1', kind: 'Secret', metadata: { name, labels }, data, type });
  await platform.until('Degraded', 'False', 60);
  await platform.settled();
});

const relabel = () => ({ metadata: { labels: { 'app.kubernetes.io/component': 'elsewhere' } } });

/** For each kind, what a careless hand does to it. */
const EDITS = {
  ConfigMap: ({ data }) => ({ data: { [Object.keys(data)[0]]: 'edited by hand' } }),
  Deployment: () => ({ spec: { replicas: 3 } }),
  Job: relabel,
  NetworkPolicy: () => ({ spec: { podSelector: { matchLabels: { 'app.kubernetes.io/component': 'elsewhere' } } } }),
  PodDisruptionBudget: relabel,
  Secret: ({ metadata, data }) => (metadata.name.endsWith('-bootstrap') ? { data: { [Object.keys(data)[0]]: 'ZWRpdGVk' } } : relabel()),
  Service: () => ({ spec: { selector: { 'app.kubernetes.io/component': 'elsewhere' } } }),
  ServiceAccount: () => ({ automountServiceAccountToken: true }),
  StatefulSet: () => ({ spec: { template: { spec: { terminationGracePeriodSeconds: 1 } } } }),
};

// Proves: P-15
test('every object that is edited is put back within five seconds', PATIENCE, async (t) => {
  const times = new Times();
  for (const { kind, metadata } of await platform.children()) {
    const { name } = metadata;
    const present = await cluster.api.get(kind, NAMESPACE, name);
    const asItWas = JSON.stringify(said({ kind, ...present }));
    const began = performance.now();
    const edited = await cluster.api.patch(kind, NAMESPACE, name, EDITS[kind](present));
    assert.notEqual(JSON.stringify(said({ kind, ...edited })), asItWas, `${kind} ${name} was edited`);
    const isBack = (object) => object && JSON.stringify(said({ kind, ...object })) === asItWas;
    await cluster.api.until(`${kind} ${name} is put back`, kind, NAMESPACE, name, isBack, 30);
    times.add(`${kind}/${name}`, (performance.now() - began) / 1000);
  }
  times.tell(t);
  await platform.settled();
});

// Proves: P-15
test("somebody else's object of the same name is left alone and told, and everything else goes on", PATIENCE, async (t) => {
  const scale = (count) => cluster.kubectl(['scale', '-n', NAMESPACE, 'deployment/securechat-operator', `--replicas=${count}`]);
  t.after(() => scale(1));
  await scale(0);
  for (const { metadata } of await cluster.operatorPods()) await cluster.api.until('the operator is away', 'Pod', NAMESPACE, metadata.name, (pod) => !pod);
  await cluster.api.delete('ConfigMap', NAMESPACE, 'demo-users');
  await cluster.api.delete('Service', NAMESPACE, 'demo-chats');
  const theirs = await cluster.api.create('ConfigMap', NAMESPACE, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'demo-users' }, data: { theirs: 'yes' } });
  await scale(1);
  const { message } = await platform.until('Degraded', 'True', 60, 'NameTaken');
  t.diagnostic(`told: ${message}`);
  assert.match(message, /ConfigMap named demo-users/);
  await cluster.api.until('the rest goes on', 'Service', NAMESPACE, 'demo-chats', (service) => service);
  const still = await cluster.api.get('ConfigMap', NAMESPACE, 'demo-users');
  assert.equal(still.metadata.resourceVersion, theirs.metadata.resourceVersion);
  await cluster.api.delete('ConfigMap', NAMESPACE, 'demo-users');
  const began = performance.now();
  await platform.until('Ready', 'True', 180);
  t.diagnostic(`ready ${((performance.now() - began) / 1000).toFixed(1)} s after it was removed`);
});
