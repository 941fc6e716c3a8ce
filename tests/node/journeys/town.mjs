// A platform that faults happen to: two processes each of messaging, chats and session, one room, three members who
// send and read through the edge, and somebody who leaves while the fault lasts.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { Crowd } from './burst.mjs';
import { freshToken, HealingClient } from './healing.mjs';
import { Stack } from './stack.mjs';

/** How long such a test may take. */
export const AWAY = { timeout: 240_000 };
const PRESENCE_WITHIN = 60;

export class Town {
  /** One for all tests of a file: it is there before the first and goes with the last. */
  static ofThisFile() {
    const town = new Town();
    before(() => town.start(), AWAY);
    after(() => town.stop());
    return town;
  }

  async start() {
    this.stack = await Stack.start({
      edit: (text) => {
        const twice = text.replace(/(messaging|chats|session): \{replicas: 1\}/g, '$1: {replicas: 2}');
        assert.equal(twice.match(/replicas: 2/g).length, 3);
        const more = ['carol', 'dave'].map((name) => `    - {userName: ${name}, email: ${name}@example.org}\n`).join('');
        return twice.replace('  clients: #', `${more}  clients: #`);
      },
    });
    this.crowd = await Crowd.gather(this.stack, ['alice', 'bob', 'carol'], ['dave']);
  }

  async stop() {
    await this.crowd?.leave();
    await this.stack?.stop();
  }

  /** Alice, bob and carol are there, dave is not: everybody is told so within a minute of `since`. */
  async presenceIsRight(t, since, daves = 'offline') {
    const right = { alice: `bob online, carol online, dave ${daves}`, bob: 'alice online', carol: 'alice online', dave: 'alice online' };
    let last;
    for (const end = since + PRESENCE_WITHIN * 1000; ; await new Promise((done) => setTimeout(done, 500))) {
      last = {};
      for (const name of Object.keys(right)) last[name] = await this.#friendsOf(name);
      if (Object.keys(right).every((name) => last[name] === right[name])) break;
      assert.ok(Date.now() < end, `presence is wrong after ${PRESENCE_WITHIN} s: ${JSON.stringify(last)}`);
    }
    t?.diagnostic(`presence was right ${((Date.now() - since) / 1000).toFixed(1)} s after the fault`);
  }

  /** The same, with no time to come right. */
  presenceIsRightNow() {
    return this.presenceIsRight(undefined, Date.now() - PRESENCE_WITHIN * 1000);
  }

  /** What the person's friends are, by name. */
  async #friendsOf(name) {
    const { people } = this.crowd;
    await freshToken(people[name]);
    const answer = await people[name].call('GET', '/api/session/friends');
    if (answer.status !== 200) return `${answer.status}`;
    const names = Object.fromEntries(Object.values(people).map((one) => [one.id, one.name]));
    return answer.body.items.map(({ userId, presence }) => `${names[userId]} ${presence}`).sort().join(', ');
  }

  /** Dave comes, without anything that would bring him back, and is seen. */
  async daveComes() {
    const dave = new HealingClient(this.crowd.people.dave);
    await dave.start();
    dave.wanted = false;
    await this.presenceIsRight(undefined, Date.now(), 'online');
    return dave;
  }
}
