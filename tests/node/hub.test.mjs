// The unmodified @microsoft/signalr client against two replicas of the hub and the real chats service. Whoever starts
// this gives it: ALICE_HUB, BOB_HUB, ALICE_TOKEN, BOB_TOKEN (for the hub), CHAT (their private chat).
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { connect, createServer } from "node:net";
import { after, test } from "node:test";
import { HubConnectionBuilder, LogLevel } from "@microsoft/signalr";

const { ALICE_HUB, BOB_HUB, ALICE_TOKEN, BOB_TOKEN, CHAT } = process.env;
const open = [];

function build(url, token) {
  const connection = new HubConnectionBuilder()
    .withUrl(url, { accessTokenFactory: () => token })
    .withAutomaticReconnect({ nextRetryDelayInMilliseconds: () => 200 + Math.random() * 300 })
    .configureLogging(LogLevel.None)
    .build();
  open.push(connection);
  return connection;
}

after(() => Promise.all(open.map((connection) => connection.stop())));

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what, condition, patience = 20_000) {
  const start = Date.now();
  while (!condition()) {
    assert.ok(Date.now() - start < patience, `waited for ${what}`);
    await sleep(20);
  }
}

// A line to a server that can be cut.
async function proxyTo(url) {
  const { hostname, port } = new URL(url);
  const lines = new Set();
  let up = true;
  const server = createServer((near) => {
    if (!up) return void near.destroy();
    const far = connect(Number(port), hostname);
    for (const [one, other] of [[near, far], [far, near]]) {
      lines.add(one);
      one.on("close", () => { lines.delete(one); other.destroy(); });
      one.on("error", () => {});
      one.pipe(other);
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  const through = new URL(url);
  through.port = String(server.address().port);
  return {
    url: through.href,
    cut() { up = false; for (const line of lines) line.destroy(); },
    mend() { up = true; },
  };
}

// What a client does to have every message once and in order: keep what follows, sync when something is missing.
class Reader {
  seqs = [];
  texts = [];
  syncs = 0;
  #connection;
  #syncing = null;

  constructor(connection) {
    this.#connection = connection;
    connection.on("MessagePosted", (message) => { if (message.chatId === CHAT && !this.#take(message)) this.sync(); });
    connection.on("SyncRequired", () => this.sync());
    connection.onreconnected(() => this.sync());
  }

  get last() { return this.seqs.at(-1) ?? 0; }

  // False when messages before this one are missing.
  #take(message) {
    if (message.seq <= this.last) return true;
    if (message.seq > this.last + 1) return false;
    this.seqs.push(message.seq);
    this.texts.push(message.text);
    return true;
  }

  sync() {
    this.#syncing ??= (async () => {
      try {
        this.syncs += 1;
        const { chats } = await this.#connection.invoke("Sync", { positions: [{ chatId: CHAT, afterSeq: this.last }] });
        assert.equal(chats[0].status, "complete");
        for (const message of chats[0].messages) this.#take(message);
      } catch {
        // The line broke again, or chats is away: the next push, reconnect or SyncRequired tries again.
      } finally {
        this.#syncing = null;
      }
    })();
    return this.#syncing;
  }
}

// Proves: W-40, H-24.
test("every push of friendship and presence reaches the client at the other replica", async () => {
  const bob = build(BOB_HUB, BOB_TOKEN);
  const heard = new Map();
  const names = [
    "FriendshipRequestReceived", "FriendshipCreated", "FriendshipDeleted", "UserConnected", "UserDisconnected",
    "UserIdle", "ReceiveNotification", "InvitationReceived", "ChatAdded", "ChatRemoved", "ReadMarkerMoved",
  ];
  for (const name of names) bob.on(name, (argument) => heard.set(name, argument));
  await bob.start();
  await until("all pushes", () => names.every((name) => heard.has(name)));
  for (const argument of heard.values()) assert.equal(typeof argument, "object");
  assert.equal(heard.get("UserConnected").userId, heard.get("UserDisconnected").userId);
  await bob.stop();
});

// Proves, W-49, H-24.
test("a client cut for five seconds under twenty messages a second misses none and doubles none", async () => {
  const line = await proxyTo(BOB_HUB);
  const [alice, bob] = [build(ALICE_HUB, ALICE_TOKEN), build(line.url, BOB_TOKEN)];
  const [hers, his] = [new Reader(alice), new Reader(bob)];
  let reconnected = 0;
  bob.onreconnected(() => { reconnected += 1; });
  await Promise.all([alice.start(), bob.start()]);
  await Promise.all([hers.sync(), his.sync()]);
  const before = hers.last;
  const total = 240;
  const sent = [];
  for (let n = 1; n <= total; n += 1) {
    if (n === 60) line.cut();
    if (n === 160) line.mend();
    sent.push(alice.invoke("SendMessage", { chatId: CHAT, id: randomUUID(), text: `message ${n}` }));
    await sleep(50);
  }
  const stored = await Promise.all(sent);
  assert.deepEqual(stored.map((message) => message.seq), Array.from({ length: total }, (_, n) => before + n + 1));
  await until("bob to have everything", () => his.last >= before + total);
  await until("alice to have everything", () => hers.last >= before + total);
  assert.ok(reconnected >= 1, "he was cut");
  for (const reader of [hers, his]) {
    assert.deepEqual(reader.seqs.slice(-total), stored.map((message) => message.seq));
    assert.deepEqual(reader.texts.slice(-total), Array.from({ length: total }, (_, n) => `message ${n + 1}`));
  }
  const marker = await bob.invoke("MarkRead", { chatId: CHAT, seq: his.last });
  assert.deepEqual(marker, { readSeq: his.last, unread: 0 });
});
