// A platform on a database, a broker and a cache that somebody else runs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Cluster, NAMESPACE } from './cluster.mjs';
import { Platform, SERVICES } from './platform.mjs';
import { Stores } from './stores.mjs';
import { talk } from './talk.mjs';

const NODE_PORT = 30081;
const PATIENCE = { timeout: 400_000 };

/** It asks the database past the product where the database is. */
class Outside extends Platform {
  sql(statement, schema) {
    return this.stores.sql(statement, schema);
  }
}

let cluster, stores, platform;
before(async () => {
  cluster = await Cluster.up();
  await cluster.installOperator();
  stores = await Stores.start(cluster);
  const port = cluster.port + 10;
  await cluster.openBridge(port, NODE_PORT);
  platform = new Outside(cluster, { name: 'outside', port, nodePort: NODE_PORT });
  platform.stores = stores;
  await stores.give(platform.resource.spec, NAMESPACE);
}, PATIENCE);
after(async () => {
  await cluster?.kubectl(['delete', 'schat', '-n', NAMESPACE, 'outside', '--ignore-not-found', '--timeout=60s']);
  await stores?.stop();
  cluster?.close();
}, PATIENCE);

// Proves: P-15
test('on stores that somebody else runs, over TLS, a platform is whole and people chat live', PATIENCE, async (t) => {
  const began = performance.now();
  await platform.apply();
  await platform.until('Ready', 'True', 180);
  t.diagnostic(`ready after ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  assert.deepEqual((await platform.children()).filter(({ kind }) => kind === 'StatefulSet'), [], 'it runs no store of its own');

  await platform.learn();
  await platform.allAccounts();
  // By events of the broker, presence from the cache.
  const chat = await talk(platform, 'from outside');
  assert.equal((await platform.stored(chat)).length, 1);
});

// Proves: P-15
test('what is deleted with the platform is not the stores, nor what is in them', PATIENCE, async () => {
  const schemas = Object.fromEntries(await Promise.all(SERVICES.map(async (service) => [service, await platform.schema(service)])));
  await cluster.kubectl(['delete', 'schat', '-n', NAMESPACE, 'outside', '--timeout=30s']);
  await cluster.api.until('its web is gone', 'Deployment', NAMESPACE, 'outside-web', (found) => !found, 30);
  const kept = (await stores.sql('SHOW DATABASES')).split('\n');
  for (const schema of Object.values(schemas)) assert.ok(kept.includes(schema), `${schema} of ${kept}`);
  assert.equal((await stores.sql('SELECT COUNT(*) FROM messages', schemas.chats)).trim(), '1');
  // The key that opens what is stored there is kept with it.
  assert.ok(await platform.get('Secret', 'keys'));
});
