// Every operation of the route table, with no token, a token for another service, a token without the permission, another
// person's object, and right: through the edge, and directly at the service, since the edge must not hide a missing check.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';

import { Person, uuidV7 } from './person.mjs';
import { Stack } from './stack.mjs';

const { routes } = parse(readFileSync(new URL('../../../gateway-config/routes.yaml', import.meta.url), 'utf8'));
const operations = routes.flatMap((route) => route.methods.map((method) => ({ ...route, method, name: `${method} ${route.path}` })));

let stack;
let alice, bob, carol, dora; // moderator; her friend; a stranger to both; unconfirmed
before(async () => {
  stack = await Stack.start({ edit: (text) => text.replace('mailsPerHour: 100', 'mailsPerHour: 1000') });
  [alice, bob] = [await Person.signIn(stack, 'alice'), await Person.signIn(stack, 'bob')];
  carol = await register('carol', true);
  dora = await register('dora', false);
  await alice.befriend(bob);
});
after(() => stack.stop());

async function register(userName, confirm) {
  const password = 'harbour lights at noon';
  const call = (path, body) =>
    fetch(new URL(path, stack.url), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const email = `${userName}@example.org`;
  assert.equal((await call('/api/account/register', { userName, email, password })).status, 201);
  if (confirm) {
    const link = (await stack.mailTo(email)).text.match(/http:\S+/)[0];
    const token = new URL(link).searchParams.get('token');
    assert.equal((await call('/api/account/confirm-email', { token })).status, 204);
  }
  return Person.signIn(stack, userName, password);
}

const room = async () => (await alice.ask('POST', '/api/chats/rooms', { name: 'Matrix' })).id;
const privateChat = async () => (await alice.ask('PUT', `/api/chats/private/${bob.id}`)).id;
const friendship = async () => (await alice.ask('GET', `/api/users/${alice.id}/friendships`)).items[0].id;
const invitation = async () => (await alice.ask('POST', `/api/chats/${await room()}/invitations`, { userId: bob.id })).id;
const session = async () => (await alice.ask('POST', '/api/session/sessions', { id: uuidV7() })).id;

/** A request from bob to alice: one that alice may answer and nobody else. Un-friends them first. */
async function request() {
  for (const item of (await alice.ask('GET', `/api/users/${alice.id}/friendships`)).items) await alice.ask('DELETE', `/api/users/friendships/${item.id}`);
  for (const item of (await bob.ask('GET', `/api/users/${bob.id}/friendship-requests?direction=outgoing&state=pending`)).items)
    await bob.ask('POST', `/api/users/friendship-requests/${item.id}/cancel`);
  return (await bob.ask('POST', '/api/users/friendship-requests', { requesteeId: alice.id })).id;
}
const befriended = async () => {
  const { items } = await alice.ask('GET', `/api/users/${alice.id}/friendships`);
  if (items.length === 0) await alice.ask('POST', `/api/users/friendship-requests/${await request()}/accept`);
};

/**
 * How to do each operation right: who, on what path, with what body, with which answer; and what a stranger gets who
 * tries it on these people's objects (absent: the operation has no object of anybody's).
 */
const PLAYS = {
  'GET /api/account/me': () => ({ who: bob, right: 200 }),
  'GET /api/account/{id}': () => ({ who: bob, id: bob.id, right: 200, stranger: 403 }),
  'GET /api/users': () => ({ who: bob, query: '?name=ali', right: 200 }),
  'GET /api/users/me': () => ({ who: bob, right: 200 }),
  'GET /api/users/{id}': () => ({ who: bob, id: alice.id, right: 200 }),
  'PATCH /api/users/{id}': async () => {
    await bob.ask('PUT', `/api/users/${bob.id}/profile`, { age: 30, sex: 'm', location: 'Kiel' });
    return { who: bob, id: bob.id, body: [{ op: 'replace', path: '/profile/age', value: 31 }], type: 'application/json-patch+json', right: 204, stranger: 403 };
  },
  'PUT /api/users/{id}/profile': () => ({ who: bob, id: bob.id, body: { age: 30, sex: 'm', location: 'Kiel' }, right: [200, 201, 204], stranger: 403 }),
  'GET /api/users/friendship-requests': () => ({ who: alice, right: 200, stranger: 403 }),
  'POST /api/users/friendship-requests': async () => {
    await request();
    return { who: carol, body: { requesteeId: bob.id }, right: [201, 200, 409] };
  },
  'GET /api/users/{id}/friendship-requests': () => ({ who: bob, id: bob.id, right: 200, stranger: 403 }),
  'POST /api/users/{id}/friendship-requests': () => ({ who: bob, id: bob.id, body: { requesteeId: carol.id }, right: [201, 200, 409], stranger: 403 }),
  'GET /api/users/friendship-requests/{id}': async () => ({ who: bob, id: await request(), right: 200, stranger: [403, 404] }),
  'POST /api/users/friendship-requests/{id}/accept': async () => ({ who: alice, id: await request(), right: 200, stranger: [403, 404] }),
  'POST /api/users/friendship-requests/{id}/reject': async () => ({ who: alice, id: await request(), right: 200, stranger: [403, 404] }),
  'POST /api/users/friendship-requests/{id}/cancel': async () => ({ who: bob, id: await request(), right: 200, stranger: [403, 404] }),
  'GET /api/users/friendships': () => ({ who: alice, right: 200, stranger: 403 }),
  'GET /api/users/{id}/friendships': () => ({ who: bob, id: bob.id, right: 200, stranger: 403 }),
  'GET /api/users/friendships/{id}': async () => (await befriended(), { who: bob, id: await friendship(), right: 200, stranger: [403, 404] }),
  'DELETE /api/users/friendships/{id}': async () => (await befriended(), { who: bob, id: await friendship(), right: 204, stranger: [403, 404] }),
  'GET /api/session/friends': () => ({ who: bob, right: 200 }),
  'GET /api/session/sessions': () => ({ who: bob, right: 200 }),
  'POST /api/session/sessions': () => ({ who: bob, body: { id: uuidV7() }, right: 201 }),
  'POST /api/session/sessions/{id}/refresh': async () => ({ who: alice, id: await session(), right: 204, stranger: 404 }),
  'DELETE /api/session/sessions/{id}': async () => ({ who: alice, id: await session(), right: 204, stranger: 404 }),
  'GET /api/chats': () => ({ who: bob, right: 200 }),
  'PUT /api/chats/private/{userId}': async () => (await befriended(), { who: bob, id: alice.id, right: [200, 201], stranger: 403 }),
  'POST /api/chats/rooms': () => ({ who: bob, body: { name: 'Room' }, right: 201 }),
  'GET /api/chats/invitations': () => ({ who: bob, right: 200 }),
  'POST /api/chats/invitations/{id}/accept': async () => (await befriended(), { who: bob, id: await invitation(), right: 200, stranger: 404 }),
  'POST /api/chats/invitations/{id}/decline': async () => (await befriended(), { who: bob, id: await invitation(), right: 200, stranger: 404 }),
  'GET /api/chats/{id}': async () => ({ who: alice, id: await room(), right: 200, stranger: 404 }),
  'DELETE /api/chats/{id}': async () => ({ who: alice, id: await room(), right: 204, stranger: 404 }),
  'GET /api/chats/{id}/members': async () => ({ who: alice, id: await room(), right: 200, stranger: 404 }),
  'DELETE /api/chats/{id}/members/me': async () => ({ who: alice, id: await room(), right: 204, stranger: 404 }),
  'POST /api/chats/{id}/invitations': async () => (await befriended(), { who: alice, id: await room(), body: { userId: bob.id }, right: 201, stranger: 404 }),
  'GET /api/chats/{id}/messages': async () => ({ who: alice, id: await room(), right: 200, stranger: 404 }),
  'POST /api/chats/{id}/messages': async () => ({ who: alice, id: await room(), body: { id: uuidV7(), text: 'Hi' }, right: 201, stranger: 404 }),
  'PUT /api/chats/{id}/read-marker': async () => (await befriended(), { who: alice, id: await privateChat(), body: { seq: 0 }, right: 200, stranger: 404 }),
  'POST /hub/messaginghub/negotiate': () => ({ who: bob, query: '?negotiateVersion=1', right: 200 }),
  'GET /hub/messaginghub': () => ({ who: bob, right: [400, 404, 426] }), // a socket is opened by the hub's own test
  'POST /hub/messaginghub': () => ({ who: bob, right: [400, 404, 405] }),
  'DELETE /hub/messaginghub': () => ({ who: bob, right: [400, 404, 405] }),
};

/** The service's public listener. */
function direct(service) {
  const { http } = JSON.parse(readFileSync(join(stack.data, `config/${service}-0.json`), 'utf8'));
  return `http://${http.public}`;
}

const closed = operations.filter((operation) => !operation.public);

test('every operation that needs a token is played', () => {
  assert.deepEqual(closed.map((operation) => operation.name).toSorted(), Object.keys(PLAYS).toSorted());
});

// Proves: H-15, H-21, W-32, W-53, B-05, B-08, B-34, B-40, B-53, B-57, A-02, A-11
test('every operation gives every caller the right answer, through the edge and directly', { timeout: 240_000 }, async (t) => {
  const otherService = await Person.signIn(stack, 'bob', undefined, { scope: 'openid account', known: false });
  const usersOnly = await Person.signIn(stack, 'bob', undefined, { scope: 'openid users' });
  for (const operation of closed) {
    await t.test(operation.name, async () => {
      for (const base of [stack.url, direct(operation.service)]) {
        const where = base === stack.url ? 'edge' : 'direct';
        const play = await PLAYS[operation.name]();
        const path = operation.path.replace(/\{\w+\}/, play.id) + (play.query ?? '');
        const headers = play.type ? { 'content-type': play.type } : {};
        const call = async (token) => {
          for (;;) {
            const answer = await play.who.call(operation.method, path, play.body, { token, base, headers });
            if (answer.status !== 429) return answer.status;
            // All these people share one address; the edge slows it down as it should.
            await new Promise((done) => setTimeout(done, 1000 * Number(answer.headers.get('retry-after'))));
          }
        };
        const is = (got, wanted, what) => assert.ok([wanted].flat().includes(got), `${where}, ${what}: ${got} instead of ${wanted}`);
        // Without an upgrade or a connection's id the hub itself has nothing to protect: it says so before it asks who.
        const nobody = operation.hub && where === 'direct' ? [400, 401, 405] : 401;
        is(await call(null), nobody, 'no token');
        is(await call('not.a.token'), nobody, 'no token of ours');
        const wrong = operation.service === 'account' ? usersOnly : otherService;
        is(await call(wrong.tokens.access_token), nobody, 'another audience');
        if (operation.permission) is(await call(dora.tokens.access_token), 403, 'without the permission');
        if (play.stranger) is(await call(carol.tokens.access_token), play.stranger, "another person's object");
        is(await call(play.who.tokens.access_token), play.right, 'right');
      }
    });
  }
});

// Proves: W-20, B-37
test('public operations answer without a token, and the page that is not listed does not exist', async () => {
  for (const { method, path } of operations.filter((operation) => operation.public && operation.method === 'GET')) {
    const answer = await fetch(new URL(path.replace('{name}', 'tokens.css'), stack.url), { method, redirect: 'manual' });
    assert.notEqual(answer.status, 404, path);
    if (path !== '/auth/userinfo') assert.notEqual(answer.status, 401, path);
  }
  for (const path of ['/api/users/me/more', '/internal/jwks', '/api/nothing', '/auth/nothing'])
    assert.equal((await fetch(new URL(path, stack.url))).status, 404, path);
});
