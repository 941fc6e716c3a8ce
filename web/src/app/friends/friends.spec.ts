import { BOB, friendship, ME, refusal, request, type ApiCall } from '../../testing/fakes';
import { makeReadyWorld, read, settle, type World } from '../../testing/world';
import { RequestsActions } from '../requests/requests.actions';
import { requestsFeature } from '../requests/requests.feature';
import { FriendsActions } from './friends.actions';
import { friendsFeature } from './friends.feature';

const NOOR = { id: 'noor', userName: 'noor.b' };
const VIGGO = { id: 'viggo', userName: 'viggo' };

const friends = (world: World) => read(world, friendsFeature.selectAll);
const names = (world: World) => friends(world).map((f) => f.person.userName);
const incoming = (world: World) => read(world, requestsFeature.selectIncoming);
const outgoing = (world: World) => read(world, requestsFeature.selectOutgoing);

describe('friends', () => {
  // Proves: W-44, B-19
  it('are read to the last page, by the cursors the server gives', async () => {
    const pages: Record<string, unknown> = {
      first: { items: [friendship('f1', BOB)], nextCursor: 'second' },
      second: { items: [friendship('f2', NOOR)], nextCursor: null },
    };
    const world = await makeReadyWorld((call: ApiCall) =>
      call.path === '/api/users/{id}/friendships'
        ? pages[(call.params.query?.['cursor'] as string | undefined) ?? 'first']
        : { items: [] },
    );
    expect(names(world)).toEqual(['bob', 'noor.b']);
  });

  // Proves: W-40, W-44
  it('appear and vanish with the pushes', async () => {
    const world = await makeReadyWorld();
    world.hub.pushed.next({ name: 'FriendshipCreated', body: friendship('f1', BOB) });
    expect(names(world)).toEqual(['bob']);
    world.hub.pushed.next({
      name: 'FriendshipDeleted',
      body: { friendshipId: 'f1', users: [ME, BOB], deletedBy: BOB.id },
    });
    expect(names(world)).toEqual([]);
  });

  // Proves: W-47, B-30
  it('who leave are named to the one who stays, and only there', async () => {
    const world = await makeReadyWorld();
    world.hub.pushed.next({
      name: 'FriendshipDeleted',
      body: { friendshipId: 'f1', users: [ME, BOB], deletedBy: BOB.id },
    });
    expect(world.notices()).toContain('bob removed you as a friend.');
    world.hub.pushed.next({
      name: 'FriendshipDeleted',
      body: { friendshipId: 'f2', users: [NOOR, ME], deletedBy: ME.id },
    });
    expect(world.notices().join()).not.toContain('noor');
  });

  // Proves: W-47, B-30
  it('are removed on request, with the name in the sentence', async () => {
    const world = await makeReadyWorld();
    world.hub.pushed.next({ name: 'FriendshipCreated', body: friendship('f1', BOB) });
    world.api.answer = () => undefined;
    world.store.dispatch(FriendsActions.remove({ friend: friends(world)[0]! }));
    await settle();
    expect(world.api.of('DELETE', '/api/users/friendships/{id}')[0]?.params.path).toEqual({ id: 'f1' });
    expect(names(world)).toEqual([]);
    expect(world.notices()).toContain('You removed bob as a friend.');
  });

  // Proves: W-44
  it('stay on the screen when a poll fails', async () => {
    const world = await makeReadyWorld();
    world.hub.pushed.next({ name: 'FriendshipCreated', body: friendship('f1', BOB) });
    world.api.answer = () => {
      throw refusal(503, 'unavailable', 'The database is away.');
    };
    world.store.dispatch(FriendsActions.poll());
    await settle();
    expect(names(world)).toEqual(['bob']);
    expect(read(world, friendsFeature.selectLoad).state).toBe('ready');
  });
});

describe('friendship requests', () => {
  const two = (call: ApiCall): unknown => {
    if (call.path !== '/api/users/{id}/friendship-requests') return { items: [] };
    return {
      items:
        call.params.query?.['direction'] === 'incoming'
          ? [request('r1', NOOR, ME), request('r2', VIGGO, ME)]
          : [request('r3', ME, BOB)],
    };
  };

  // Proves: W-45, B-28
  it('carry each its own name, in both directions', async () => {
    const world = await makeReadyWorld(two);
    expect(incoming(world).map((r) => [r.id, r.requester.userName])).toEqual([
      ['r1', 'noor.b'],
      ['r2', 'viggo'],
    ]);
    expect(outgoing(world).map((r) => [r.id, r.requestee.userName])).toEqual([['r3', 'bob']]);
  });

  // Proves: W-45, B-29
  it('are answered each on its own, however quickly one follows the other', async () => {
    const world = await makeReadyWorld(two);
    world.api.answer = (call) => ({
      ...request(call.params.path?.['id'] ?? '', NOOR, ME),
      state: call.path.endsWith('accept') ? 'accepted' : 'rejected',
      items: [],
    });
    const [first, second] = incoming(world);
    world.store.dispatch(RequestsActions.answer({ request: first!, answer: 'accept' }));
    world.store.dispatch(RequestsActions.answer({ request: second!, answer: 'reject' }));
    await settle();
    const posts = world.api.calls.filter((c) => c.method === 'POST');
    expect(posts.map((c) => [c.path, c.params.path?.['id']])).toEqual([
      ['/api/users/friendship-requests/{id}/accept', 'r1'],
      ['/api/users/friendship-requests/{id}/reject', 'r2'],
    ]);
    expect(incoming(world)).toEqual([]);
  });

  // Proves: W-46, B-29
  it('go out to everybody asked within a moment, and the server’s reason stands by the one it refused', async () => {
    const world = await makeReadyWorld();
    world.api.answer = (call) => {
      const { requesteeId } = call.body as { requesteeId: string };
      if (requesteeId === NOOR.id) throw refusal(409, 'duplicate', 'You have asked noor.b already.');
      return request('r9', ME, requesteeId === BOB.id ? BOB : VIGGO);
    };
    for (const person of [BOB, NOOR, VIGGO]) world.store.dispatch(RequestsActions.ask({ person }));
    await settle();
    expect(world.api.of('POST', '/api/users/friendship-requests')).toHaveLength(3);
    expect(read(world, requestsFeature.selectRefusals)[NOOR.id]?.detail).toBe(
      'You have asked noor.b already.',
    );
    expect(read(world, requestsFeature.selectBusy)).toEqual([]);
  });

  // Proves: W-40, W-45
  it('come in live and are told', async () => {
    const world = await makeReadyWorld();
    world.hub.pushed.next({ name: 'FriendshipRequestReceived', body: request('r1', NOOR, ME) });
    expect(incoming(world)).toHaveLength(1);
    expect(world.notices()).toContain('noor.b asks to be your friend.');
  });

  it('that were answered are spoken of no more', async () => {
    const world = await makeReadyWorld();
    world.hub.pushed.next({ name: 'FriendshipRequestReceived', body: request('r1', NOOR, ME) });
    world.hub.pushed.next({
      name: 'FriendshipRequestAnswered',
      body: { ...request('r1', NOOR, ME), state: 'accepted' },
    });
    expect(world.notices()).toEqual([]);
  });

  // Proves: A-15
  it('that the other declined leave the list, and I am told', async () => {
    const world = await makeReadyWorld(two);
    world.hub.pushed.next({
      name: 'FriendshipRequestAnswered',
      body: { ...request('r3', ME, BOB), state: 'rejected' },
    });
    expect(outgoing(world)).toEqual([]);
    expect(world.notices()).toContain('bob declined your request.');
  });

  // Proves: H-14
  it('that crossed each other both end with the friendship', async () => {
    const world = await makeReadyWorld();
    world.store.dispatch(
      RequestsActions.loaded({
        requests: [request('r1', ME, BOB), request('r2', BOB, ME), request('r3', NOOR, ME)],
      }),
    );
    world.hub.pushed.next({ name: 'FriendshipCreated', body: friendship('f1', BOB) });
    expect([...incoming(world), ...outgoing(world)].map((r) => r.id)).toEqual(['r3']);
  });
});
