// From nothing to people who chat, as README says it.
import assert from 'node:assert/strict';
import { statSync, readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { journey, launch } from '../journeys/browser.mjs';
import { Cluster, NAMESPACE } from './cluster.mjs';
import { Platform } from './platform.mjs';

const READY_WITHIN = 60;
const IMAGES = new URL('../../../.tools/images/', import.meta.url).pathname;
const PICTURES = new URL('../../../.data/journey-cluster', import.meta.url).pathname;

let cluster, platform, browser;
before(async () => {
  cluster = await Cluster.bare();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  cluster?.close();
});

// Proves: P-15
test('on a bare cluster the platform is ready a minute after its installation began', async (t) => {
  t.diagnostic(cluster.told.trim().replaceAll('\n', '; '));
  const archives = readdirSync(IMAGES).filter((name) => name.endsWith('.tar'));
  const sizes = archives.map((name) => `${name.slice(0, -4)} ${Math.round(statSync(IMAGES + name).size / 2 ** 20)} MB`);
  t.diagnostic(`images: ${sizes.join(', ')}`);

  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  await cluster.installOperator();
  t.diagnostic(`helm install: ${seconds().toFixed(1)} s`);
  platform = new Platform(cluster);
  await platform.apply();
  await cluster.kubectl(['wait', '-n', NAMESPACE, '--for=condition=Ready', 'schat/demo', '--timeout=180s']);
  t.diagnostic(`ready: ${seconds().toFixed(1)} s`);
  const { node, pods } = cluster.memory();
  t.diagnostic(`memory: the node's programs ${node} MB, pods ${pods} MB`);
  t.diagnostic((await cluster.kubectl(['get', 'schat', '-n', NAMESPACE])).trim());
  assert.ok(seconds() <= READY_WITHIN, `ready after ${seconds()} s`);
});

test('through the edge of the cluster a stranger registers, befriends alice and chats', async (t) => {
  await platform.learn();
  await journey(t, platform, browser, PICTURES);
});

test('no container was restarted on the way', async () => {
  const statuses = (await platform.pods()).flatMap((pod) => pod.status.containerStatuses.map((status) => ({ pod: pod.metadata.name, ...status })));
  const restarted = statuses.filter(({ restartCount }) => restartCount > 0).map(({ pod, lastState }) => [pod, lastState]);
  assert.deepEqual(restarted, []);
});
