// Passwords that are replaced while people write.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Burst, Crowd } from '../journeys/burst.mjs';
import { Cluster } from './cluster.mjs';
import { Load } from './load.mjs';
import { Platform, SERVICES } from './platform.mjs';

const ROTATED_WITHIN = 300;
const PATIENCE = { timeout: 900_000 };

let cluster, platform, crowd;
before(async () => {
  cluster = await Cluster.up();
  // People have addresses of their own, as behind a load balancer.
  platform = await Platform.ready(cluster, { edit: ({ gateway }) => (gateway.trustedHops = 1) });
  await platform.settled();
  crowd = await Crowd.gather(platform, ['alice', 'bob']);
}, PATIENCE);
after(async () => {
  await crowd?.leave();
  await platform?.remove();
  cluster?.close();
}, PATIENCE);

/** A word that was not there before. */
const word = () => `test-${Date.now()}`;

function rotate(value) {
  const annotation = `securechat.io/rotate-credentials=${value}`;
  return cluster.kubectl(['annotate', '-n', platform.namespace, 'schat', platform.name, '--overwrite', annotation]);
}

/** The names of the services' users at the database, and of all that sign in as one of them now. */
async function users() {
  const own = SERVICES.flatMap((service) => ['', '_migration', '_b', '_migration_b'].map((role) => `'${service}${role}'`)).join();
  const rows = async (sql) => (await platform.sql(sql)).split('\n').filter(Boolean).sort();
  return {
    exist: await rows(`SELECT user FROM mysql.user WHERE user IN (${own})`),
    connected: await rows(`SELECT DISTINCT user FROM information_schema.processlist WHERE user IN (${own})`),
  };
}

for (const time of ['first', 'second']) {
  // Proves: B-06
  test(`passwords are replaced under load for the ${time} time: no request fails, no message is lost, the old users are gone`, PATIENCE, async (t) => {
    const before = await users();
    assert.equal(before.exist.length, 12);
    const [burst, load] = [await Burst.start(t, crowd, `rotation ${time}`), await Load.start(platform)];
    t.after(() => load.stop());
    const began = performance.now();
    const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
    const value = word();
    await rotate(value);
    const stages = [];
    await platform.untilResource(`credentials are rotated for ${value}`, ({ status }) => {
      const { used, next, former, dropped, rotated } = status?.credentials ?? {};
      const stage = next ? `stores learn of ${next}` : former ? `pods move to ${used}` : dropped ? `stores forget ${dropped}` : `${used} is used`;
      if (!stages.at(-1)?.endsWith(stage)) stages.push(`${seconds()} s: ${stage}`);
      return rotated === value;
    }, ROTATED_WITHIN);
    t.diagnostic(stages.join('; '));
    await platform.settled();
    t.diagnostic(`everything is settled after ${seconds()} s`);
    await burst.live();
    await load.stop();
    await burst.settle(t);
    const calls = Object.entries(load.take()).map(([kind, values]) => `${values.length} ${kind}`);
    t.diagnostic(`${load.failures.length} calls failed; went well: ${calls.join(', ')}`);
    assert.deepEqual(load.failures, [], 'no request failed');
    burst.onlyMoved(2);

    const now = await users();
    assert.equal(now.exist.length, 12, now.exist.join());
    assert.deepEqual(now.exist.filter((user) => before.exist.includes(user)), [], 'all users are others');
    assert.ok(now.connected.length >= 5 && now.connected.every((user) => now.exist.includes(user)), now.connected.join());
  });
}

// Proves: B-06
test('an operator that is killed in each stage of a rotation goes on with it', PATIENCE, async (t) => {
  const burst = await Burst.start(t, crowd, 'rotation, killed');
  const value = word();
  await rotate(value);
  for (const stage of ['next', 'former', 'dropped']) {
    const at = ({ status }) => status?.credentials?.[stage] || status?.credentials?.rotated === value;
    await platform.untilResource(`the rotation's stage '${stage}'`, at, ROTATED_WITHIN);
    for (const pod of await cluster.operatorPods()) {
      await cluster.api.delete('Pod', pod.metadata.namespace, pod.metadata.name, { gracePeriodSeconds: 0 });
    }
  }
  await platform.untilResource('it ends', ({ status }) => status?.credentials?.rotated === value, ROTATED_WITHIN);
  await platform.settled();
  await burst.live();
  await burst.settle(t);
  burst.onlyMoved(2);
});
