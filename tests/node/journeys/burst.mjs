// People in a room who send and read while something breaks, and the comparison of what was sent, what the database holds
// and what every one of them saw. `stack` is whatever runs the product.
import assert from 'node:assert/strict';

import { freshToken, HealingClient } from './healing.mjs';
import { Person } from './person.mjs';

export class Crowd {
  /**
   * Signs people in, makes them friends of the first, and connects them, each as often as `connections` says; `guests`
   * sign in and are friends only. `from` gives a name its address.
   */
  static async gather(stack, members, guests = [], { connections = 1, from = () => undefined } = {}) {
    const crowd = new Crowd();
    Object.assign(crowd, { stack, members, people: {}, clients: [] });
    for (const name of [...members, ...guests]) {
      crowd.people[name] = await Person.signIn(stack, name, undefined, { from: from(name) });
    }
    const [first, ...others] = Object.values(crowd.people);
    const friends = new Set((await first.ask('GET', '/api/session/friends')).items.map(({ userId }) => userId));
    for (const other of others) if (!friends.has(other.id)) await first.befriend(other);
    for (let i = 0; i < connections; i++) {
      for (const name of members) crowd.clients.push(await new HealingClient(crowd.people[name]).start());
    }
    return crowd;
  }

  async leave() {
    for (const client of this.clients) await client.stop();
  }

  /** A room of the members that every client follows. */
  async room(name) {
    const [first, ...others] = this.members.map((member) => this.people[member]);
    for (const person of [first, ...others]) await freshToken(person);
    const made = await first.ask('POST', '/api/chats/rooms', { name });
    for (const guest of others) {
      const invited = () => first.call('POST', `/api/chats/${made.id}/invitations`, { userId: guest.id });
      let invitation;
      // chats learns of friendships by events.
      await first.until(async () => (invitation = await invited()).status === 201);
      await guest.ask('POST', `/api/chats/invitations/${invitation.body.id}/accept`);
    }
    this.clients.forEach((client) => client.follow(made.id));
    return made.id;
  }
}

/** The first two of a crowd send, one message every `every` ms each, until they are stopped. */
export class Burst {
  static async start(t, crowd, name, every = 50) {
    const burst = new Burst();
    t.after(() => (burst.on = false));
    const { stack, clients } = crowd;
    Object.assign(burst, { stack, clients, room: await crowd.room(name), every, on: true, sent: [], refusals: [], began: performance.now() });
    /** How long each sending took. */
    burst.took = [];
    burst.sending = Promise.all(clients.slice(0, 2).map((client) => burst.run(client)));
    // Whoever waits for something else learns of it too.
    burst.sending.catch(() => {});
    burst.connects = clients.map((client) => client.connects);
    await burst.until(() => burst.sent.length >= 40, 'both send');
    return burst;
  }

  async run(client) {
    for (let i = 0; this.on; i++) {
      const next = new Promise((done) => setTimeout(done, this.every));
      const began = performance.now();
      this.sent.push(await client.send(`${client.person.name} ${i}`, this.refusals));
      this.took.push(performance.now() - began);
      await next;
    }
  }

  async until(check, what, seconds = 90) {
    const look = async () => {
      for (const end = Date.now() + seconds * 1000; !check(); ) {
        if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}; ${this.figures()}; ${this.stack.output?.slice(-2000)}`);
        await new Promise((done) => setTimeout(done, 50));
      }
    };
    await Promise.race([look(), this.sending.then(() => look())]);
  }

  /** Everybody gets, as a push and not by asking, what is sent from now on. */
  async live() {
    const newest = Math.max(...this.sent.map((message) => message.seq));
    await this.until(() => this.clients.every((client) => client.pushed > newest + 10), 'everybody gets pushes');
  }

  /** That no try failed but of what was on its way, seldom, when the hub sent a client elsewhere: it is sent again, under the same id. */
  onlyMoved(most) {
    assert.deepEqual(this.refusals.filter((why) => !/connection being closed/.test(why)), [], 'no request failed');
    assert.ok(this.refusals.length <= most, `${this.refusals.length} of ${this.sent.length} were sent again`);
  }

  cut() {
    return this.clients.filter((client, i) => client.connects > this.connects[i]).length;
  }

  figures() {
    const seen = this.clients.map((client) => `${client.person.name} ${client.last}, ${client.syncs} syncs`).join('; ');
    const seconds = ((performance.now() - this.began) / 1000).toFixed(1);
    return `${this.sent.length} messages in ${seconds} s, ${this.refusals.length} tries failed, ${this.cut()} clients cut; saw: ${seen}`;
  }

  /** Ends the burst and compares what was sent, what the database holds and what every client saw. */
  async settle(t) {
    this.on = false;
    await this.sending;
    const total = this.sent.length;
    await this.until(() => this.clients.every((client) => client.last >= total), 'everybody has everything', 30);
    t.diagnostic(this.figures());
    const stored = await this.stack.stored(this.room);
    assert.deepEqual(stored.map((row) => row.seq), Array.from({ length: total }, (_, i) => i + 1), 'dense, from 1');
    const bySeq = this.sent.toSorted((a, b) => a.seq - b.seq);
    assert.deepEqual(stored, bySeq, 'what was answered is what is stored');
    for (const client of this.clients) {
      const saw = client.applied.map(({ seq, id }) => ({ seq, id }));
      assert.deepEqual(saw, bySeq, `${client.person.name} saw each once, in order`);
      assert.equal(client.held.size, 0);
      assert.equal(client.pushedTwice, 0, `nothing was pushed twice to ${client.person.name}`);
    }
    // Each sender's own messages are in the order in which she sent them.
    for (const { person: { name } } of this.clients.slice(0, 2)) {
      const texts = this.clients[0].applied.map((message) => message.text).filter((text) => text.startsWith(name));
      assert.deepEqual(texts, texts.map((_, i) => `${name} ${i}`));
    }
  }
}
