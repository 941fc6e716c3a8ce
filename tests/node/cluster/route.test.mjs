// A platform whose people come in through a Gateway of the cluster's.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Cluster, NAMESPACE } from './cluster.mjs';
import { Gateway } from './gateway.mjs';
import { Platform } from './platform.mjs';
import { talk } from './talk.mjs';

/** Contour's Envoy listens beyond the privileged ports: 80 at 8080. */
const LISTENS = 8080;
const PATIENCE = { timeout: 400_000 };

let cluster, platform, gateway, former;
before(async () => {
  cluster = await Cluster.up();
  platform = await Platform.ready(cluster);
  await platform.allAccounts();
  await cluster.openBridge(cluster.port + 11, LISTENS);
  former = { port: platform.port, gateway: structuredClone(platform.resource.spec.gateway) };
}, PATIENCE);
after(async () => {
  platform.port = former.port;
  await platform.apply((spec) => Object.assign(spec, { publicUrl: platform.url, gateway: former.gateway }));
  await platform.until('Ready', 'True', 180);
  await gateway?.stop();
  cluster?.close();
}, PATIENCE);

// Proves: P-15, W-55
test('an HTTPRoute leads people through a Gateway of the cluster to the platform, and is told where it is not', PATIENCE, async (t) => {
  platform.port = cluster.port + 11;
  await platform.apply((spec) => {
    spec.publicUrl = platform.url;
    spec.gateway = { replicas: 1, httpRoute: { parentRefs: [{ name: 'public', namespace: 'gateways' }] } };
  });
  const { message } = await platform.until('GatewayReady', 'False', 60, 'GatewayApiMissing');
  t.diagnostic(`told: ${message}`);

  const began = performance.now();
  gateway = await Gateway.start(cluster);
  await platform.until('Ready', 'True', 180);
  await gateway.serves(platform.url);
  // Former pods, which are on their way out, know the former address only.
  await platform.settled();
  t.diagnostic(`served through the Gateway ${((performance.now() - began) / 1_000).toFixed(1)} s after its installation began`);
  await talk(platform, 'through the Gateway');

  // Somebody closes the Gateway to this namespace: it is told within seconds, and again when it is open.
  await gateway.allow('Same');
  const refused = await platform.until('GatewayReady', 'False', 60, 'RouteRefused');
  t.diagnostic(`told: ${refused.message}`);
  await gateway.allow('All');
  await platform.until('Ready', 'True', 60);
  assert.ok(await cluster.kubectl(['get', 'httproute', '-n', NAMESPACE, 'demo-gateway']));
});
