// Two operators: one leads, and the other takes over, however the first one ends.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Cluster, NAMESPACE } from './cluster.mjs';
import { Platform } from './platform.mjs';

const LEASE = 15;
const PATIENCE = { timeout: 180_000 };

let cluster, platform;
before(async () => {
  cluster = await Cluster.up();
  platform = await Platform.ready(cluster);
  await cluster.installOperator({ replicas: 2 });
}, PATIENCE);
after(async () => {
  await cluster?.installOperator();
  cluster?.close();
});

const holderOf = (lease) => lease?.spec.holderIdentity;

/** The pod that leads, with another one that is ready to. */
async function leader() {
  const name = await cluster.api.until('somebody leads', 'Lease', NAMESPACE, 'securechat-operator', holderOf);
  await cluster.api.until('both are ready', 'Deployment', NAMESPACE, 'securechat-operator', ({ status }) => status.readyReplicas === 2);
  return cluster.api.get('Pod', NAMESPACE, name);
}

/** Deletes a child now and waits until an operator made it again: after how many seconds, since `began`. */
async function acts(began) {
  const { uid } = (await platform.get('ServiceAccount', 'web')).metadata;
  await cluster.api.delete('ServiceAccount', NAMESPACE, 'demo-web');
  const again = (account) => account && account.metadata.uid !== uid;
  await cluster.api.until('a deleted child is made again', 'ServiceAccount', NAMESPACE, 'demo-web', again);
  return (performance.now() - began) / 1000;
}

/** The operator's process in a pod. */
const processOf = (pod) => cluster.processes(pod, 'securechat-operator')[0];

// Proves: P-15
test('after a leader that is told to end the next one acts within two seconds', PATIENCE, async (t) => {
  const former = await leader();
  const ended = cluster.api.until('it ended', 'Pod', NAMESPACE, former.metadata.name, (pod) => !pod || pod.status.containerStatuses[0].state.terminated);
  process.kill(processOf(former), 'SIGTERM');
  const took = await acts(performance.now());
  t.diagnostic(`acted after ${took.toFixed(1)} s`);
  await ended;
  assert.ok(took <= 2, `${took} s`);
});

// Proves: P-15
test('after a leader that is killed the next one acts within its Lease and two seconds', PATIENCE, async (t) => {
  const former = await leader();
  const began = performance.now();
  process.kill(processOf(former), 'SIGKILL');
  // As when its node is lost: a new process in the same pod would find its own Lease.
  await cluster.api.delete('Pod', NAMESPACE, former.metadata.name, { gracePeriodSeconds: 0 });
  const took = await acts(began);
  t.diagnostic(`acted after ${took.toFixed(1)} s, by ${holderOf(await cluster.api.get('Lease', NAMESPACE, 'securechat-operator'))}`);
  assert.ok(took <= LEASE + 2, `${took} s`);
});

// Proves: P-15
test('a leader that is frozen past its Lease writes nothing when it wakes', PATIENCE, async (t) => {
  const frozen = await leader();
  const pid = processOf(frozen);
  const began = performance.now();
  process.kill(pid, 'SIGSTOP');
  t.after(() => {
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // It has ended.
    }
  });
  const took = await acts(began);
  t.diagnostic(`the other one acted after ${took.toFixed(1)} s`);
  assert.ok(took <= LEASE + 2, `${took} s`);
  const mark = cluster.audit.mark();
  const { restartCount } = frozen.status.containerStatuses[0];
  process.kill(pid, 'SIGCONT');
  // It finds that it does not lead any more, ends, and is started again as a candidate.
  const again = (pod) => pod?.status.containerStatuses[0].restartCount > restartCount && pod.status.containerStatuses[0].ready;
  await cluster.api.until('it ended and was started again', 'Pod', NAMESPACE, frozen.metadata.name, again);
  const requests = cluster.operatorRequests(mark).filter(({ pod }) => pod === frozen.metadata.name);
  t.diagnostic(`after it woke, until it was ready again: ${requests.length} requests`);
  const writes = requests.filter(({ verb }) => !['get', 'list', 'watch'].includes(verb));
  assert.deepEqual(writes, []);
  assert.ok(requests.length > 0, 'the log does see it');
});
