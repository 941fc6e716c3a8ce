// What dies during a burst of messages, of the platform's own processes.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Burst } from './burst.mjs';
import { AWAY, Town } from './town.mjs';

const town = Town.ofThisFile();

/** Kills the process as a crash would and waits until there is another. */
async function killed(burst, name) {
  const [pid] = town.stack.pids(name);
  process.kill(pid, 'SIGKILL');
  await burst.until(() => town.stack.pids(name).some((one) => one !== pid), `${name} is started again`);
}

// Proves: H-23, H-24, B-24, B-58, A-06, A-08, W-49
test('a messaging process that is killed loses, doubles and reorders nothing, and its people are seen to be gone', AWAY, async (t) => {
  const dave = await town.daveComes();
  const burst = await Burst.start(t, town.crowd, 'messaging');
  const since = Date.now();
  // Whoever is connected to which: together everybody is cut at least once.
  for (const name of ['messaging-0', 'messaging-1']) {
    await killed(burst, name);
    await burst.live();
  }
  assert.equal(burst.cut(), 3);
  assert.notEqual(dave.hub.state, 'Connected');
  await burst.settle(t);
  await town.presenceIsRight(t, since);
});

// Proves: H-23, B-24, A-06, A-07
test('a chats process that is killed loses, doubles and reorders nothing', AWAY, async (t) => {
  const burst = await Burst.start(t, town.crowd, 'chats');
  for (const name of ['chats-0', 'chats-1']) {
    await killed(burst, name);
    await burst.live();
  }
  await burst.settle(t);
  await town.presenceIsRight(t, Date.now());
});

// Proves: H-11, H-23, B-58
test('a session process that is killed leaves presence right and the messages alone', AWAY, async (t) => {
  const dave = await town.daveComes();
  const burst = await Burst.start(t, town.crowd, 'session');
  const since = Date.now();
  const leaving = dave.stop();
  for (const name of ['session-0', 'session-1']) {
    await killed(burst, name);
    await burst.live();
  }
  await leaving;
  await burst.settle(t);
  assert.deepEqual(burst.refusals, []);
  await town.presenceIsRight(t, since);
});
