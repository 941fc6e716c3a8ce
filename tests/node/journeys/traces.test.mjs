// The way of one message, as a collector of traces is told of it by all processes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { Person } from './person.mjs';
import { Stack } from './stack.mjs';

/** An OTLP/HTTP receiver: what it was told, as flat steps. */
class Collector {
  static async start() {
    const collector = new Collector();
    collector.steps = [];
    collector.server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      if (request.url === '/v1/traces') collector.steps.push(...steps(Buffer.concat(chunks)));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
    collector.server.listen(0, '127.0.0.1');
    await once(collector.server, 'listening');
    collector.url = `http://127.0.0.1:${collector.server.address().port}`;
    return collector;
  }

  /** All steps of a trace, once `complete` is content with them. */
  async trace(id, complete) {
    for (const end = Date.now() + 20_000; Date.now() < end; ) {
      const found = this.steps.filter((step) => step.trace === id);
      if (complete(found)) return found;
      await new Promise((done) => setTimeout(done, 100));
    }
    const names = new Set(this.steps.map((step) => `${step.service} ${step.name}`));
    const found = JSON.stringify(this.steps.filter((step) => step.trace === id), null, 1);
    assert.fail(`the trace ${id} is not complete: ${found}; among all traces there is ${[...names].join(', ')}`);
  }
}

/** The fields of a protobuf message: [number, value] pairs, where a value is a number or bytes. */
function* fields(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const wire = key & 7;
    if (wire === 0) yield [key >> 3, varint()];
    else {
      const length = wire === 2 ? Number(varint()) : wire === 1 ? 8 : 4;
      yield [key >> 3, bytes.subarray(at, (at += length))];
    }
  }
}

const all = (bytes, number) => [...fields(bytes)].filter(([n]) => n === number).map(([, value]) => value);
const KINDS = [undefined, 'internal', 'server', 'client', 'producer', 'consumer'];

/** ExportTraceServiceRequest → ResourceSpans → ScopeSpans → Span, by the numbers of opentelemetry-proto. */
function steps(request) {
  return all(request, 1).flatMap((resourceSpans) => {
    const attributes = all(all(resourceSpans, 1)[0], 1);
    const named = attributes.find((attribute) => String(all(attribute, 1)[0]) === 'service.name');
    const service = String(all(all(named, 2)[0], 1)[0]);
    return all(resourceSpans, 2).flatMap((scope) =>
      all(scope, 2).map((span) => ({
        service,
        trace: all(span, 1)[0].toString('hex'),
        id: all(span, 2)[0].toString('hex'),
        parent: all(span, 4)[0]?.toString('hex'),
        name: String(all(span, 5)[0]),
        kind: KINDS[Number(all(span, 6)[0])],
        took: Number(all(span, 8)[0].readBigUInt64LE() - all(span, 7)[0].readBigUInt64LE()),
      })),
    );
  });
}

let collector, stack;
before(async () => {
  collector = await Collector.start();
  stack = await Stack.start({ edit: (text) => `${text}\n  traces: {endpoint: "${collector.url}"}\n` });
});
after(async () => {
  await stack?.stop();
  collector.server.closeAllConnections();
  collector.server.close();
});

// Proves: P-06
test('one trace tells the way of a message from the call to the push, and has the id of the message', async () => {
  const alice = await (await Person.signIn(stack, 'alice')).connect();
  const bob = await (await Person.signIn(stack, 'bob')).connect();
  await alice.befriend(bob);
  const chat = await alice.ask('PUT', `/api/chats/private/${bob.id}`);
  const sent = await alice.send(chat.id, 'Hello Bob');
  await bob.push('MessagePosted', (message) => message.id === sent.id);

  const id = sent.id.replaceAll('-', '');
  const event = 'chats.message-posted.v1';
  const trace = await collector.trace(id, (found) => ['push MessagePosted', `send ${event}`, 'hub sendmessage'].every((name) => found.some((step) => step.name === name)));
  const way = [
    ['securechat-messaging', 'server', 'hub sendmessage'],
    ['securechat-messaging', 'client', 'POST chats'],
    ['securechat-chats', 'server', 'POST /internal/chats/{id}/messages'],
    ['securechat-chats', 'producer', `create ${event}`],
    ['securechat-messaging', 'consumer', `process ${event}`],
    ['securechat-messaging', 'producer', 'push MessagePosted'],
  ];
  let parent;
  for (const [service, kind, name] of way) {
    const step = trace.find((one) => one.name === name);
    assert.ok(step, `${name} in ${JSON.stringify(trace, null, 1)}`);
    assert.deepEqual([step.service, step.kind, step.parent], [service, kind, parent], name);
    assert.ok(step.took >= 0);
    parent = step.id;
  }
  const create = trace.find((step) => step.name === `create ${event}`);
  const send = trace.find((step) => step.name === `send ${event}`);
  assert.deepEqual([send.service, send.kind, send.parent], ['securechat-chats', 'producer', create.id]);
  await Promise.all([alice.hub.stop(), bob.hub.stop()]);
});
