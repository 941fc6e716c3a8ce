// Deleting a SecureChat, and having it again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../journeys/person.mjs';
import { Cluster, NAMESPACE } from './cluster.mjs';
import { Platform } from './platform.mjs';

const GONE_WITHIN = 30;
const PATIENCE = { timeout: 400_000 };

let cluster, platform;
before(async () => {
  cluster = await Cluster.up();
  platform = await Platform.ready(cluster);
  await platform.settled();
}, PATIENCE);
after(() => cluster?.close());

/** A room with a message in it, to be found again. */
async function leaveMessage(text) {
  const alice = await (await Person.signIn(platform, 'alice')).connect();
  const room = await alice.ask('POST', '/api/chats/rooms', { name: 'Kept' });
  await alice.send(room.id, text);
  await alice.hub.stop();
  return room.id;
}

async function messagesIn(room) {
  const alice = await Person.signIn(platform, 'alice');
  let answer;
  // The edge learns of new pods by DNS, some seconds after the operator does.
  await alice.until(async () => (answer = await alice.call('GET', `/api/chats/${room}/messages`)).status === 200, 15);
  return answer.body.items.map(({ text }) => text);
}

const claims = async () => (await cluster.api.list('PersistentVolumeClaim', NAMESPACE)).map(({ metadata }) => metadata.name).sort();
const names = (objects) => objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort();

/** Deletes the resource as a person does, and follows what becomes of it. */
async function deleteAndFollow(t) {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const graces = new Map((await platform.pods()).map(({ metadata, spec }) => [metadata.name, spec.terminationGracePeriodSeconds]));
  const late = [];
  const pods = async () => {
    const left = await platform.pods();
    late.push(...left.filter(({ metadata }) => seconds() > graces.get(metadata.name) + 10).map(({ metadata }) => metadata.name));
    return left;
  };
  await cluster.kubectl(['delete', 'schat', '-n', NAMESPACE, platform.name, `--timeout=${GONE_WITHIN}s`]);
  const resource = seconds();
  const kept = await until(async () => {
    const left = names(await platform.children());
    return left.every((name) => name.startsWith('Secret/')) && left;
  }, GONE_WITHIN);
  const children = seconds();
  await until(async () => (await pods()).length === 0, 150);
  t.diagnostic(`the resource was gone after ${resource.toFixed(1)} s, its objects after ${children.toFixed(1)} s, its pods after ${seconds().toFixed(1)} s`);
  assert.ok(children <= GONE_WITHIN, `${children} s`);
  assert.deepEqual(late, []);
  return kept;
}

/** Asks again and again until the answer is true. */
async function until(ask, limit) {
  for (const end = Date.now() + limit * 1000; Date.now() < end; await new Promise((done) => setTimeout(done, 200))) {
    const answer = await ask();
    if (answer) return answer;
  }
  throw new Error(`not within ${limit} s: ${ask}; left are ${names(await platform.children())}`);
}

// Proves: P-15
test('a deleted platform is gone within half a minute; applied again it finds its data', PATIENCE, async (t) => {
  const room = await leaveMessage('before it was deleted');
  const kept = await deleteAndFollow(t);
  assert.deepEqual(kept, ['Secret/demo-accounts', 'Secret/demo-database', 'Secret/demo-keys']);
  assert.deepEqual(await claims(), ['data-demo-database-0']);
  const began = performance.now();
  await platform.apply();
  await platform.until('Ready', 'True', 180);
  t.diagnostic(`ready again after ${((performance.now() - began) / 1000).toFixed(1)} s`);
  assert.deepEqual(await messagesIn(room), ['before it was deleted']);
});

// Proves: P-15
test('deleting does not wait for a database that is down, nor for an operator that starts meanwhile', PATIENCE, async (t) => {
  const room = await leaveMessage('with the database down');
  const scale = (what, count) => cluster.kubectl(['scale', '-n', NAMESPACE, what, `--replicas=${count}`]);
  await scale('deployment/securechat-operator', 0);
  await until(async () => (await cluster.operatorPods()).length === 0, 60);
  await scale('statefulset/demo-database', 0);
  await until(async () => (await platform.pods('database')).length === 0, 150);
  await scale('deployment/securechat-operator', 1);
  await deleteAndFollow(t);
  await platform.apply();
  await platform.until('Ready', 'True', 180);
  assert.deepEqual(await messagesIn(room), ['with the database down']);
});

// Proves: P-15
test('with the policy to delete nothing of it is kept', PATIENCE, async (t) => {
  await platform.apply((spec) => (spec.database.managed.deletionPolicy = 'delete'));
  await platform.until('Ready', 'True', 180);
  const accountsAreOwned = (secret) => secret?.metadata.ownerReferences?.length > 0;
  await cluster.api.until('the Secrets follow the policy', 'Secret', NAMESPACE, 'demo-keys', accountsAreOwned);
  assert.deepEqual(await deleteAndFollow(t), []);
  await until(async () => (await claims()).length === 0, 60);
});
