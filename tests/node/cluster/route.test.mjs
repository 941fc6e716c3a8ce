// A platform whose people come in through a Gateway of the cluster's.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Person } from '../journeys/person.mjs';
import { Cluster, NAMESPACE } from './cluster.mjs';
import { Gateway } from './gateway.mjs';
import { Platform } from './platform.mjs';

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
  const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => Person.signIn(platform, name)));
  await Promise.all([alice.connect(), bob.connect()]);
  if (!(await alice.ask('GET', '/api/session/friends')).items.some(({ userId }) => userId === bob.id)) await alice.befriend(bob);
  let chat;
  await alice.until(async () => (chat = await alice.call('PUT', `/api/chats/private/${bob.id}`)).status < 300);
  await alice.send(chat.body.id, 'through the Gateway');
  assert.equal((await bob.push('MessagePosted')).text, 'through the Gateway');
  await Promise.all([alice.hub.stop(), bob.hub.stop()]);

  // Somebody closes the Gateway to this namespace: it is told within seconds, and again when it is open.
  const listeners = (from) => ({ spec: { listeners: [{ name: 'http', protocol: 'HTTP', port: 80, allowedRoutes: { namespaces: { from } } }] } });
  const patch = (from) => cluster.kubectl(['patch', 'gateways.gateway.networking.k8s.io', 'public', '-n', 'gateways', '--type', 'merge', '-p', JSON.stringify(listeners(from))]);
  await patch('Same');
  const refused = await platform.until('GatewayReady', 'False', 60, 'RouteRefused');
  t.diagnostic(`told: ${refused.message}`);
  await patch('All');
  await platform.until('Ready', 'True', 60);
  assert.ok(await cluster.kubectl(['get', 'httproute', '-n', NAMESPACE, 'demo-gateway']));
});
