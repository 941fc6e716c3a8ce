import { BOB, chatView, message, type ApiCall } from '../../testing/fakes';
import { makeReadyWorld, read, settle, type World } from '../../testing/world';
import { HubError } from '../hub/hub-error';
import { ChatsPageActions } from '../chats/chats.actions';
import { MessagesActions } from './messages.actions';
import { messagesFeature } from './messages.feature';
import type { Outgoing } from './outgoing';

const at = '2026-11-23T10:00:00Z';
const chats = (call: ApiCall): unknown => {
  if (call.path === '/api/chats') return { items: [chatView(), chatView({ id: 'c2' })] };
  if (call.path === '/api/chats/{id}/messages') return { items: [], lastSeq: 0 };
  return { items: [] };
};
const send = (world: World, id: string, chatId = 'c1'): void =>
  world.store.dispatch(MessagesActions.send({ id, chatId, text: `text of ${id}`, at }));
const sent = (world: World): string[] =>
  world.hub.of('SendMessage').map((c) => (c.input as { id: string }).id);
const outgoing = (world: World): readonly Outgoing[] => read(world, messagesFeature.selectOutgoing);
const states = (world: World): string[] => outgoing(world).map((m) => `${m.id}:${m.state}`);
const stored = (id: string, seq: number) => message(seq, { id, sender: { id: 'me', userName: 'ilka' } });

describe('sending', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  // Proves: W-49
  it('goes one by one in a chat, in the order of writing, and side by side in different chats', async () => {
    const world = await makeReadyWorld(chats);
    send(world, 'a1');
    send(world, 'a2');
    send(world, 'b1', 'c2');
    await settle();
    expect(sent(world)).toEqual(['a1', 'b1']);
    world.hub.of('SendMessage')[0]?.resolve(stored('a1', 1));
    await settle();
    expect(sent(world)).toEqual(['a1', 'b1', 'a2']);
  });

  // Proves: W-49
  it('of several chats at once, after a reconnect, asks the hub once for each', async () => {
    const world = await makeReadyWorld(chats);
    world.hub.link.next('offline');
    send(world, 'a1');
    send(world, 'b1', 'c2');
    send(world, 'd1', 'c3');
    await settle();
    world.hub.link.next('online');
    await settle();
    expect(sent(world)).toEqual(['a1', 'b1', 'd1']);
  });

  // Proves: W-49
  it('waits while offline and goes by itself on the next connection, each message once', async () => {
    const world = await makeReadyWorld(chats);
    world.hub.link.next('offline');
    send(world, 'a1');
    send(world, 'a2');
    await settle();
    expect(sent(world)).toEqual([]);
    expect(read(world, messagesFeature.selectWaiting)).toBe(2);
    world.hub.link.next('online');
    await settle();
    world.hub.of('SendMessage')[0]?.resolve(stored('a1', 1));
    await settle();
    world.hub.of('SendMessage')[1]?.resolve(stored('a2', 2));
    await settle();
    expect(sent(world)).toEqual(['a1', 'a2']);
    expect(outgoing(world)).toEqual([]);
  });

  // Proves: W-49
  it('repeats with the same id when the connection broke before the answer, before anything written later', async () => {
    const world = await makeReadyWorld(chats);
    send(world, 'a1');
    send(world, 'a2');
    await settle();
    world.hub.link.next('offline');
    world.hub.of('SendMessage')[0]?.reject(new HubError('disconnected', 'closed'));
    await vi.advanceTimersByTimeAsync(500);
    expect(states(world)).toEqual(['a1:queued', 'a2:queued']);
    world.hub.link.next('online');
    await vi.advanceTimersByTimeAsync(500);
    expect(sent(world)).toEqual(['a1', 'a1']);
    world.hub.of('SendMessage')[1]?.resolve(stored('a1', 1));
    await settle();
    expect(sent(world)).toEqual(['a1', 'a1', 'a2']);
  });

  // Proves: W-49
  it('shows a message once when its push overtakes the answer', async () => {
    const world = await makeReadyWorld(chats);
    world.store.dispatch(ChatsPageActions.open({ chatId: 'c1' }));
    await settle();
    send(world, 'a1');
    await settle();
    world.hub.pushed.next({ name: 'MessagePosted', body: stored('a1', 1) });
    await settle();
    expect(outgoing(world)).toEqual([]);
    world.hub.of('SendMessage')[0]?.resolve(stored('a1', 1));
    await settle();
    expect(outgoing(world)).toEqual([]);
    expect(sent(world)).toEqual(['a1']);
  });

  it('keeps the line of a stored message until the log can show it in its place', async () => {
    const world = await makeReadyWorld(chats);
    world.store.dispatch(ChatsPageActions.open({ chatId: 'c1' }));
    await settle();
    send(world, 'a1');
    await settle();
    world.hub.of('SendMessage')[0]?.resolve(stored('a1', 3));
    await settle();
    expect(states(world)).toEqual(['a1:stored']);
    world.hub.pushed.next({ name: 'MessagePosted', body: message(1) });
    world.hub.pushed.next({ name: 'MessagePosted', body: message(2) });
    await settle();
    expect(outgoing(world)).toEqual([]);
  });

  it('that the server refuses says why, lets the next go, and goes again only when asked', async () => {
    const world = await makeReadyWorld(chats);
    send(world, 'a1');
    send(world, 'a2');
    await settle();
    world.hub.of('SendMessage')[0]?.reject(new Error('HubException: not-found: you are no longer a member.'));
    await settle();
    expect(outgoing(world)[0]).toMatchObject({
      state: 'failed',
      reason: 'You are no longer a member.',
      kind: 'not-found',
    });
    expect(sent(world)).toEqual(['a1', 'a2']);
    world.store.dispatch(MessagesActions.sendAgain({ id: 'a1' }));
    world.hub.of('SendMessage')[1]?.resolve(stored('a2', 1));
    await settle();
    expect(sent(world)).toEqual(['a1', 'a2', 'a1']);
  });

  it('tries a few times by itself when the server says "not now", then leaves it to the person', async () => {
    const world = await makeReadyWorld(chats);
    send(world, 'a1');
    for (let i = 0; i < 3; i++) {
      await vi.advanceTimersByTimeAsync(10_000);
      world.hub.calls.at(-1)?.reject(new Error('HubException: unavailable: the database is away'));
    }
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent(world)).toEqual(['a1', 'a1', 'a1']);
    expect(outgoing(world)[0]).toMatchObject({ state: 'failed', reason: 'The server did not answer.' });
  });

  // Proves: W-49
  it('survives a reload with the same ids, and not the server having it', async () => {
    const world = await makeReadyWorld(chats);
    world.hub.link.next('offline');
    send(world, 'a1');
    await settle();
    expect([...world.kept.map.keys()]).toEqual(['securechat.outbox.me.a1']);
    world.hub.link.next('online');
    await settle();
    world.hub.of('SendMessage')[0]?.resolve(stored('a1', 1));
    await settle();
    expect([...world.kept.map.keys()]).toEqual([]);
  });

  it('forgets a discarded message for good', async () => {
    const world = await makeReadyWorld(chats);
    world.hub.link.next('offline');
    send(world, 'a1');
    world.store.dispatch(MessagesActions.discard({ id: 'a1' }));
    await settle();
    expect(outgoing(world)).toEqual([]);
    expect(world.kept.map.size).toBe(0);
  });
});

describe('typing', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('ends a while after the last sign, and at once with the message', async () => {
    const world = await makeReadyWorld(chats);
    const typists = () => read(world, messagesFeature.selectTyping)['c1'] ?? [];
    world.hub.pushed.next({ name: 'Typing', body: { chatId: 'c1', userId: BOB.id } });
    await vi.advanceTimersByTimeAsync(4_000);
    world.hub.pushed.next({ name: 'Typing', body: { chatId: 'c1', userId: BOB.id } });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(typists()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(typists()).toHaveLength(0);
    world.hub.pushed.next({ name: 'Typing', body: { chatId: 'c1', userId: BOB.id } });
    world.hub.pushed.next({ name: 'MessagePosted', body: message(1) });
    expect(typists()).toHaveLength(0);
  });
});
