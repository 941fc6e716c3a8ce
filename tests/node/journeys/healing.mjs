// A client that heals as the browser application does: it reconnects for ever with jitter, applies messages by their
// numbers, and asks for a sync after every (re)connect, on a hole that does not close by itself, and when the hub says so.
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';

import { uuidV7 } from './person.mjs';

const REORDER_GRACE = 150;
const SYNC_AGAIN = 1_000;
const RECONNECT_WITHIN = 1_000;
const CALL_TIMEOUT = 20_000;
const RENEW_AFTER = 200_000;

/** What tests compare of each message, kept once however many clients saw it: collecting garbage would slow what they measure. */
const records = new Map();

function record({ id, seq, text }) {
  const known = records.get(id);
  if (known?.seq === seq && known.text === text) return known;
  const own = { id, seq, text };
  if (!known) records.set(id, own);
  return own;
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Her access token, with a good while left to live. */
export async function freshToken(person) {
  person.renewed ??= Date.now();
  if (Date.now() - person.renewed > RENEW_AFTER) {
    person.renewed = Date.now();
    await person.refresh();
  }
  return person.tokens.access_token;
}

export class HealingClient {
  constructor(person) {
    this.person = person;
    this.room = undefined;
    this.connects = 0;
    /** Why a connection ended that the hub did not close, and why one could not be opened. */
    this.cuts = [];
    this.follow(undefined);
  }

  /** Follows `room` from its beginning; forgets what it followed before. */
  follow(room) {
    clearTimeout(this.grace);
    this.grace = undefined;
    this.room = room;
    this.applied = [];
    this.held = new Map();
    this.pushed = 0;
    this.pushedTwice = 0;
    this.syncs = 0;
    this.ofThisConnection = new Set();
  }

  get last() {
    return this.applied.length;
  }

  async start() {
    this.wanted = true;
    await this.connect();
    return this;
  }

  async stop() {
    this.wanted = false;
    clearTimeout(this.grace);
    await this.hub?.stop();
  }

  async connect() {
    for (; this.wanted; await pause(Math.random() * RECONNECT_WITHIN)) {
      const hub = new HubConnectionBuilder()
        .withUrl(`${this.person.stack.url}/hub/messaginghub`, {
          headers: this.person.headers,
          accessTokenFactory: () => freshToken(this.person),
          transport: HttpTransportType.WebSockets,
        })
        .configureLogging(LogLevel.None)
        .build();
      hub.on('MessagePosted', (message) => this.hub === hub && this.push(message));
      hub.on('SyncRequired', () => this.hub === hub && this.sync());
      hub.onclose((error) => {
        if (error && this.wanted) this.cuts.push(error.message);
        if (this.hub === hub) this.connect();
      });
      this.hub = hub;
      this.ofThisConnection = new Set();
      try {
        await hub.start();
        this.connects += 1;
        this.sync();
        return;
      } catch (error) {
        // As long as it takes.
        this.cuts.push(error.message);
      }
    }
  }

  push(message) {
    if (message.chatId !== this.room) return;
    this.pushed = Math.max(this.pushed, message.seq);
    if (this.ofThisConnection.has(message.seq)) this.pushedTwice += 1;
    this.ofThisConnection.add(message.seq);
    this.apply(message);
    if (this.held.size > 0) {
      this.grace ??= setTimeout(() => {
        this.grace = undefined;
        if (this.held.size > 0) this.sync();
      }, REORDER_GRACE);
    }
  }

  apply(message) {
    if (message.seq <= this.last) return;
    this.held.set(message.seq, message);
    for (let next; (next = this.held.get(this.last + 1)); ) {
      this.held.delete(next.seq);
      this.applied.push(record(next));
    }
  }

  /** What was missed; asked again for as long as this connection lives, for nothing else would tell what lacks. */
  async sync() {
    const { room, hub } = this;
    if (!room) return;
    this.syncs += 1;
    try {
      const answer = await this.invoke('Sync', { positions: [{ chatId: room, afterSeq: this.last }] });
      if (this.room !== room) return;
      answer.chats[0].messages.forEach((message) => this.apply(message));
      if (answer.chats[0].status === 'reload') await this.reload(room);
    } catch {
      await pause(SYNC_AGAIN);
      if (this.hub === hub && this.wanted && hub.state === 'Connected') await this.sync();
    }
  }

  /** More was missed than a sync brings: reads on from what it has, page by page, then asks for what came meanwhile. */
  async reload(room) {
    await freshToken(this.person);
    for (let page; this.room === room && page?.length !== 0; page.forEach((message) => this.apply(message))) {
      page = (await this.person.ask('GET', `/api/chats/${room}/messages?after=${this.last}`)).items;
    }
    await this.sync();
  }

  /** A call; an answer that never comes is an error. */
  async invoke(method, argument) {
    let timer;
    const late = new Promise((_, failed) => (timer = setTimeout(() => failed(new Error('timeout: no answer')), CALL_TIMEOUT)));
    try {
      return await Promise.race([this.hub.invoke(method, argument), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends until it is told that the message is stored: always under the same id. */
  async send(text, refusals) {
    const id = uuidV7();
    while (this.wanted) {
      if (this.hub.state !== 'Connected') {
        await pause(10);
        continue;
      }
      try {
        const stored = await this.invoke('SendMessage', { chatId: this.room, id, text });
        return { id, seq: stored.seq };
      } catch (error) {
        refusals.push(error.message);
        // What is wrong with the message itself stays wrong.
        if (/HubException: (?!unavailable|internal|service-unavailable|too-many-requests)/.test(error.message)) throw error;
        await pause(100);
      }
    }
    throw new Error(`stopped before ${text} was sent`);
  }
}
