// The unmodified @microsoft/signalr client against the SignalR server of crates/signalr (its test hub, at HUB_URL).
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { after, test } from "node:test";
import { HttpTransportType, HubConnectionBuilder, HubConnectionState, LogLevel } from "@microsoft/signalr";

const url = process.env.HUB_URL ?? "http://127.0.0.1:5000/hub/test";
const open = [];

function build(user, { options = {}, reconnect = false, adjust = (builder) => builder } = {}) {
  const builder = new HubConnectionBuilder()
    .withUrl(url, { accessTokenFactory: () => user, ...options })
    .configureLogging(LogLevel.None);
  if (reconnect) builder.withAutomaticReconnect([0, 100, 500]);
  const connection = adjust(builder).build();
  open.push(connection);
  return connection;
}

async function start(user, how) {
  const connection = build(user, how);
  await connection.start();
  return connection;
}

after(() => Promise.all(open.map((connection) => connection.stop())));

test("negotiates, connects and calls methods whatever their case", async () => {
  const alice = await start("alice");
  assert.equal(await alice.invoke("Add", 2, 3), 5);
  assert.deepEqual(await alice.invoke("echo", { text: "grüß dich \u{1f600}" }), { text: "grüß dich \u{1f600}" });
  const me = await alice.invoke("WhoAmI");
  assert.deepEqual(me, { user: "alice", id: alice.connectionId });
});

test("errors of the hub reach the caller as text", async () => {
  const alice = await start("alice");
  await assert.rejects(alice.invoke("Fail"), { message: "not-friends: bob is no friend of yours" });
  await assert.rejects(alice.invoke("Nothing"), { message: "Unknown hub method 'nothing'" });
  await assert.rejects(new Promise((_, reject) => alice.stream("Echo", 1).subscribe({ error: reject })), /does not stream/);
  assert.equal(await alice.invoke("Add", 1, 1), 2);
});

test("pushes to a group reach everyone who listens", async () => {
  const people = await Promise.all(["carol", "dave", "erin"].map((user) => start(user)));
  const heard = people.map((connection) => {
    const events = new EventEmitter();
    connection.on("shouted", (argument) => events.emit("shouted", argument));
    return once(events, "shouted");
  });
  assert.ok((await people[0].invoke("Shout", "hello all")) >= 3);
  for (const [argument] of await Promise.all(heard)) assert.deepEqual(argument, { text: "hello all" });
});

test("many calls at once are answered each with its own result", async () => {
  const alice = await start("alice");
  const results = await Promise.all(Array.from({ length: 300 }, (_, n) => alice.invoke("Echo", n)));
  assert.deepEqual(results, Array.from({ length: 300 }, (_, n) => n));
});

test("skipping negotiation works", async () => {
  const options = { skipNegotiation: true, transport: HttpTransportType.WebSockets };
  const alice = await start("alice", { options });
  assert.equal(await alice.invoke("Add", 1, 2), 3);
  assert.equal(alice.connectionId, null);
});

test("a client that asks for stateful reconnect connects without it", async () => {
  const alice = await start("alice", { adjust: (builder) => builder.withStatefulReconnect() });
  assert.equal(await alice.invoke("Add", 1, 2), 3);
});

test("a stranger is refused with 401", async () => {
  await assert.rejects(build("stranger").start(), /401/);
});

test("a transport that is not offered is refused in words", async () => {
  const connection = build("alice", { options: { transport: HttpTransportType.LongPolling } });
  await assert.rejects(connection.start(), /any of the available transports/);
});

test("server pings keep an idle connection alive past the client's timeout", async () => {
  const alice = build("alice");
  alice.serverTimeoutInMilliseconds = 1500;
  let closed = false;
  alice.onclose(() => { closed = true; });
  await alice.start();
  await new Promise((resolve) => setTimeout(resolve, 4000));
  assert.equal(closed, false);
  assert.equal(await alice.invoke("Add", 1, 2), 3);
});

test("a close that allows it makes the client reconnect under a new id", async () => {
  const alice = await start("alice", { reconnect: true });
  const before = alice.connectionId;
  const back = new Promise((resolve) => alice.onreconnected(resolve));
  await alice.send("KickMe", true);
  assert.notEqual(await back, before);
  assert.equal(await alice.invoke("Add", 1, 2), 3);
});

test("a close that does not allow it is final", async () => {
  const alice = await start("alice", { reconnect: true });
  const closed = new Promise((resolve) => alice.onclose(resolve));
  await alice.send("KickMe", false);
  await closed;
  assert.equal(alice.state, HubConnectionState.Disconnected);
});

test("a message over the limit ends the connection with its reason", async () => {
  const alice = await start("alice");
  const closed = new Promise((resolve) => alice.onclose(resolve));
  await assert.rejects(alice.invoke("Echo", "x".repeat(40_000)));
  assert.match((await closed).message, /longer than 32768 bytes/);
});

test("stopping tells the server", async () => {
  const alice = await start("alice");
  await alice.stop();
  assert.equal(alice.state, HubConnectionState.Disconnected);
});
