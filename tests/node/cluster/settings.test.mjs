// What a person may ask of a platform that runs: to keep off, to stop a service, to wait for an approval, to end TLS.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { Person } from '../journeys/person.mjs';
import { Cluster, NAMESPACE } from './cluster.mjs';
import { Platform } from './platform.mjs';

const BACK_WITHIN = 5;
/** Kubelet's sync of a Secret's volume. */
const RENEWED_WITHIN = 120;
const PATIENCE = { timeout: 400_000 };

let cluster, platform, alice;
before(async () => {
  cluster = await Cluster.up();
  platform = await Platform.ready(cluster);
  await platform.allAccounts();
  alice = await Person.signIn(platform, 'alice');
}, PATIENCE);
beforeEach(() => platform.settled(), PATIENCE);
after(() => cluster?.close());

/** The generation of each Deployment: it counts the changes of its spec. */
async function generations() {
  const all = await platform.children();
  return Object.fromEntries(all.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => [metadata.name, metadata.generation]));
}

// Proves: P-15
test('a platform that is paused is left alone, and put back when that ends', PATIENCE, async (t) => {
  await platform.apply((spec) => (spec.paused = true));
  await platform.until('Paused', 'True', 30);
  const former = await generations();
  await cluster.api.delete('Service', NAMESPACE, 'demo-web');
  await platform.apply((spec) => (spec.logLevel = 'debug'));
  await pause(5_000);
  assert.equal(await platform.get('Service', 'web'), undefined);
  assert.deepEqual(await generations(), former);
  const began = performance.now();
  await platform.apply((spec) => Object.assign(spec, { paused: false, logLevel: 'info' }));
  await cluster.api.until('it is back', 'Service', NAMESPACE, 'demo-web', (service) => service);
  const seconds = (performance.now() - began) / 1_000;
  t.diagnostic(`back ${seconds.toFixed(2)} s after the pause ended`);
  assert.ok(seconds <= BACK_WITHIN, `${seconds} s`);
  await platform.until('Paused', 'False', 30);
});

// Proves: P-15
test('a service that is scaled to zero is told, the others serve on, and when it is back people can use it at once', PATIENCE, async (t) => {
  await platform.apply((spec) => (spec.services = { session: { replicas: 0 } }));
  const { message } = await platform.until('Ready', 'False', 30, 'ServiceStopped');
  t.diagnostic(`told: ${message}`);
  await cluster.api.until('it is stopped', 'Deployment', NAMESPACE, 'demo-session', ({ status }) => !status.replicas);
  await alice.ask('GET', '/api/chats');
  await platform.apply((spec) => delete spec.services);
  await platform.until('Ready', 'True', 120);
  await alice.ask('GET', '/api/session/friends');
});

// Proves: P-15
test('a change that needs an approval waits for it and changes nothing until then', PATIENCE, async (t) => {
  await platform.apply((spec) => (spec.upgrade = { approval: 'Manual' }));
  await platform.until('Ready', 'True', 60);
  await platform.settled();
  const former = await generations();
  await platform.apply((spec) => (spec.logLevel = 'debug'));
  const { message } = await platform.until('Ready', 'False', 30, 'WaitingForApproval');
  t.diagnostic(`told: ${message}`);
  await pause(5_000);
  assert.deepEqual(await generations(), former);
  // What it says to type, typed.
  const [, patch] = message.match(/kubectl patch schat demo -n \S+ --type merge -p '(.*)'/);
  await cluster.kubectl(['patch', 'schat', 'demo', '-n', NAMESPACE, '--type', 'merge', '-p', patch]);
  await platform.until('Ready', 'True', 120);
  const changed = Object.entries(await generations()).filter(([name, generation]) => generation !== former[name]);
  t.diagnostic(`changed: ${changed.map(([name]) => name).join(', ')}`);
  assert.ok(changed.length >= 6);
  await platform.apply((spec) => Object.assign(spec, { upgrade: { approval: 'Automatic', approvedPlan: null }, logLevel: 'info' }));
  await platform.until('Ready', 'True', 120);
});

/** A certificate for localhost and its key, made now; its own authority. */
function certificate(folder, name) {
  const [key, crt] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', crt, '-days', '2', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' });
  return { 'tls.crt': readFileSync(crt, 'utf8'), 'tls.key': readFileSync(key, 'utf8') };
}

/** Asks for the page as one who trusts this certificate alone. */
async function page(ca) {
  const asked = request(platform.url, { ca, agent: false });
  asked.end();
  const [response] = await once(asked, 'response');
  response.resume();
  return response;
}

// Proves: P-15
test('TLS ends at the gateway with the certificate of a Secret, and a renewed one is served without a restart', PATIENCE, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'certificates.'));
  const [first, renewed] = [certificate(folder, 'first'), certificate(folder, 'renewed')];
  rmSync(folder, { recursive: true });
  const secret = { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata: { name: 'chat-tls' }, stringData: first };
  await cluster.api.create('Secret', NAMESPACE, secret);
  t.after(async () => {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    platform.scheme = 'http';
    await platform.apply((spec) => {
      spec.publicUrl = platform.url;
      delete spec.gateway.tls;
    });
    await platform.until('Ready', 'True', 180);
    await cluster.api.delete('Secret', NAMESPACE, 'chat-tls');
  });
  platform.scheme = 'https';
  await platform.apply((spec) => {
    spec.publicUrl = platform.url;
    spec.gateway.tls = { secretName: 'chat-tls' };
  });
  await platform.until('Ready', 'True', 180);
  // Former pods, which are on their way out, know the former address only.
  await platform.settled();
  const { statusCode, headers } = await page(first['tls.crt']);
  assert.equal(statusCode, 200);
  assert.match(headers['strict-transport-security'], /max-age/);
  await assert.rejects(page(renewed['tls.crt']), /certificate/);
  // fetch knows no other way to trust an authority of one's own once Node runs.
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  const bob = await (await Person.signIn(platform, 'bob')).connect();
  await bob.hub.stop();
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;

  const [{ metadata: { name } }] = await platform.pods('gateway');
  const began = performance.now();
  await cluster.api.patch('Secret', NAMESPACE, 'chat-tls', { stringData: renewed });
  let served;
  do {
    await pause(500);
    served = await page(renewed['tls.crt']).then(() => true, () => false);
  } while (!served && performance.now() - began < RENEWED_WITHIN * 1_000);
  t.diagnostic(`the renewed certificate is served after ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  assert.ok(served);
  assert.deepEqual((await platform.pods('gateway')).map((pod) => pod.metadata.name), [name], 'the pod is the same');
});
