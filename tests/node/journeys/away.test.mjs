// What dies during a burst of messages, of the servers that the platform stands on.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Burst } from './burst.mjs';
import { AWAY, Town } from './town.mjs';

const town = Town.ofThisFile();

// Proves: B-23, B-24, H-23, H-24
test('while RabbitMQ is away sends succeed, and all is delivered when it is back', AWAY, async (t) => {
  const dave = await town.daveComes();
  const burst = await Burst.start(t, town.crowd, 'broker');
  const since = Date.now();
  process.kill(town.stack.broker(), 'SIGKILL');
  await burst.until(() => town.stack.output.includes('RabbitMQ ended (signal: 9 (SIGKILL)) and is started again'), 'it is told');
  await dave.stop();
  const before = burst.sent.length;
  await burst.until(() => burst.sent.length >= before + 20, 'sends succeed without the broker', 10);
  await burst.live();
  t.diagnostic(`delivered live again ${((Date.now() - since) / 1000).toFixed(1)} s after the kill`);
  await burst.settle(t);
  assert.deepEqual(burst.refusals, []);
  assert.equal(burst.cut(), 0);
  await town.presenceIsRight(t, since);
});

// Proves: B-23, H-11, H-23, B-58
test('an emptied Redis loses no message, and presence is right again, and stays so', AWAY, async (t) => {
  const dave = await town.daveComes();
  const burst = await Burst.start(t, town.crowd, 'cache');
  const since = Date.now();
  redis('FLUSHALL');
  await dave.stop();
  await burst.live();
  redis('FLUSHALL');
  await burst.live();
  await burst.live();
  await burst.settle(t);
  assert.deepEqual(burst.refusals, []);
  assert.equal(burst.cut(), 0);
  await town.presenceIsRight(t, since);
  // Whoever was not announced again is dropped after 35 s: nobody who is there is.
  await new Promise((done) => setTimeout(done, Math.max(0, since + 40_000 - Date.now())));
  await town.presenceIsRightNow();
});

function redis(...command) {
  const { cache } = town.stack.config('session-0');
  const env = { ...process.env, REDISCLI_AUTH: readFileSync(cache.password_file, 'utf8') };
  const answer = execFileSync('redis-cli', ['-h', cache.host, '-p', cache.port, ...command], { encoding: 'utf8', env });
  assert.equal(answer.trim(), 'OK');
}
