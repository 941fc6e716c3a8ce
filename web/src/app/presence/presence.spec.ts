import { BOB, type ApiCall } from '../../testing/fakes';
import { makeReadyWorld, read, settle, type World } from '../../testing/world';
import { PresenceActions } from './presence.actions';
import { presenceFeature } from './presence.feature';

const known = (world: World) => read(world, presenceFeature.selectKnown);
const push = (world: World, name: 'UserConnected' | 'UserDisconnected' | 'UserIdle', at: string): void =>
  world.hub.pushed.next({ name, body: { userId: BOB.id, at } });
const friends = (presence: string) => (call: ApiCall) =>
  call.path === '/api/session/friends'
    ? { items: [{ userId: BOB.id, presence, since: '2026-11-23T09:00:00Z' }] }
    : { items: [] };

describe('presence', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  // Proves: W-44, B-14, H-10
  it('follows pushes at once: online, idle, offline', async () => {
    const world = await makeReadyWorld();
    push(world, 'UserConnected', '2026-11-23T10:00:00Z');
    expect(known(world)[BOB.id]?.presence).toBe('online');
    push(world, 'UserIdle', '2026-11-23T10:05:00Z');
    expect(known(world)[BOB.id]?.presence).toBe('idle');
    push(world, 'UserDisconnected', '2026-11-23T10:06:00Z');
    expect(known(world)[BOB.id]?.presence).toBe('offline');
  });

  it('of an earlier moment does not overtake a later one', async () => {
    const world = await makeReadyWorld();
    push(world, 'UserDisconnected', '2026-11-23T10:06:00Z');
    push(world, 'UserConnected', '2026-11-23T10:00:00Z');
    expect(known(world)[BOB.id]?.presence).toBe('offline');
  });

  // Proves: W-44, H-12
  it('missed in both directions is healed by the poll, every 60 s', async () => {
    const world = await makeReadyWorld(friends('online'));
    await settle();
    expect(known(world)[BOB.id]?.presence).toBe('online');
    world.api.answer = friends('offline');
    await vi.advanceTimersByTimeAsync(59_000);
    expect(known(world)[BOB.id]?.presence).toBe('online');
    await vi.advanceTimersByTimeAsync(1_500);
    expect(known(world)[BOB.id]?.presence).toBe('offline');
    world.api.answer = friends('online');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(known(world)[BOB.id]?.presence).toBe('online');
  });

  // Proves: H-20
  it('is polled in the background', async () => {
    const world = await makeReadyWorld(friends('online'));
    await vi.advanceTimersByTimeAsync(61_000);
    expect(world.api.of('GET', '/api/session/friends').length).toBeGreaterThan(1);
    expect(
      world.api.calls.filter((c) => c.path !== '/api/account/me').every((c) => c.kind === 'background'),
    ).toBe(true);
  });

  // Proves: W-44
  it('pushed while a poll is on its way is not undone by its older answer', async () => {
    const world = await makeReadyWorld();
    world.store.dispatch(PresenceActions.load());
    push(world, 'UserConnected', '2026-11-23T10:00:00Z');
    world.store.dispatch(
      PresenceActions.loaded({
        friends: [{ userId: BOB.id, presence: 'offline', since: '2026-11-23T09:00:00Z' }],
      }),
    );
    expect(known(world)[BOB.id]?.presence).toBe('online');
  });

  it('is nobody’s while we are offline ourselves', async () => {
    const world = await makeReadyWorld(friends('online'));
    world.hub.link.next('offline');
    expect(known(world)).toEqual({});
  });

  // Proves: B-14, H-10, W-58
  it('of our own is reported when somebody types or moves, and not more often than needed', async () => {
    const world = await makeReadyWorld();
    for (let i = 0; i < 200; i++) {
      document.dispatchEvent(new Event('pointermove'));
      await vi.advanceTimersByTimeAsync(1_000);
    }
    const reports = world.hub.of('Activity').length;
    expect(reports).toBeGreaterThanOrEqual(2);
    expect(reports).toBeLessThanOrEqual(4);
  });
});
