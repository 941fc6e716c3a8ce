// Stores that die while people write.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Burst, Crowd } from '../journeys/burst.mjs';
import { Cluster } from './cluster.mjs';
import { Platform } from './platform.mjs';

const TOLD_WITHIN = 10;
const BACK_WITHIN = 120;
const PATIENCE = { timeout: 400_000 };
const STORES = { database: ['DatabaseReady', 'mariadbd'], broker: ['BrokerReady', 'beam.smp'], cache: ['CacheReady', 'redis-server'] };

let cluster, platform, crowd;
before(async () => {
  cluster = await Cluster.up();
  platform = await Platform.ready(cluster);
  await platform.settled();
  crowd = await Crowd.gather(platform, ['alice', 'bob', 'erin']);
}, PATIENCE);
after(async () => {
  await crowd?.leave();
  cluster?.close();
});

/** Its process ends at once; Kubernetes starts the container again in the same pod. */
async function killProcess(component) {
  const [pod] = await platform.pods(component);
  process.kill(cluster.processes(pod, STORES[component][1])[0], 'SIGKILL');
}

/** The pod is gone at once, as when its node is lost. */
function killPod(component) {
  return platform.kill(component);
}

for (const component of Object.keys(STORES)) {
  for (const kill of [killProcess, killPod]) {
    const what = kill === killPod ? 'pod' : 'process';
    // Proves: P-15
    test(`a ${component} whose ${what} is killed under load is told, returns by itself and loses no message`, PATIENCE, async (t) => {
      const [condition] = STORES[component];
      await platform.settled();
      const burst = await Burst.start(t, crowd, `${component} ${what}`);
      const began = performance.now();
      const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
      const told = platform.until(condition, 'False', TOLD_WITHIN + 1).then(({ reason, message }) => `told after ${seconds()} s: ${reason}, ${message}`);
      await kill(component);
      t.diagnostic(await told);
      assert.ok(seconds() <= TOLD_WITHIN, `told after ${seconds()} s`);
      await platform.until(condition, 'True', BACK_WITHIN);
      t.diagnostic(`back after ${seconds()} s`);
      await burst.live();
      t.diagnostic(`messages are pushed again after ${seconds()} s`);
      await burst.settle(t);
      await platform.settled();
      t.diagnostic(`everything is ready after ${seconds()} s`);
    });
  }
}
