// A platform that is as asked costs the API server nothing but watches and one Lease.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { Cluster } from './cluster.mjs';
import { Platform } from './platform.mjs';

const MINUTES = Number(process.env.REST_MINUTES ?? 2);
const QUIET = 10_000;

let cluster, platform;
before(async () => {
  cluster = await Cluster.up();
  platform = await Platform.ready(cluster);
});
after(() => cluster?.close());

const isRoutine = ({ verb, resource }) => verb === 'watch' || (resource === 'leases' && ['get', 'update'].includes(verb));

// Proves: P-15
test('at rest the operator writes nothing but its Lease and reads nothing but its watches', async (t) => {
  await platform.settled();
  // What it had still to do is done: no request for a while.
  for (let mark = cluster.audit.mark(); ; mark = cluster.audit.mark()) {
    await pause(QUIET);
    if (cluster.operatorRequests(mark).every(isRoutine)) break;
  }
  const mark = cluster.audit.mark();
  await pause(MINUTES * 60_000);
  const requests = cluster.operatorRequests(mark);
  const other = requests.filter((request) => !isRoutine(request));
  const count = (verb) => requests.filter((request) => request.verb === verb).length;
  t.diagnostic(`${MINUTES} minutes: ${count('watch')} watches begun, ${count('get')} reads and ${count('update')} writes of the Lease, ${other.length} other`);
  assert.deepEqual(other, []);
  // The log does see it.
  assert.ok(count('update') >= MINUTES * 20, 'the Lease is renewed');
});
