import { chatView, message, refusal, run, type ApiCall } from '../../testing/fakes';
import { makeReadyWorld, read, settle, type World } from '../../testing/world';
import type { SyncPosition } from '../api/models';
import type { ChatEntry } from './chat-entry';
import { ChatsApiActions, ChatsPageActions } from './chats.actions';
import { chatsFeature } from './chats.feature';

const twoChats = (call: ApiCall): unknown => {
  if (call.path === '/api/chats') {
    return {
      items: [
        chatView({ lastSeq: 3, readSeq: 3 }),
        chatView({ id: 'c2', kind: 'room', name: 'Deploys', lastSeq: 9, readSeq: 9 }),
      ],
    };
  }
  if (call.path === '/api/chats/{id}/messages') return { items: run(1, 3), lastSeq: 3 };
  if (call.path === '/api/chats/{id}')
    return chatView({ id: call.params.path?.['id'] ?? '', lastSeq: 700, unread: 697, readSeq: 3 });
  return { items: [] };
};

const positions = (world: World): (readonly SyncPosition[])[] =>
  world.hub.of('Sync').map((call) => (call.input as { positions: SyncPosition[] }).positions);
const entry = (world: World, id: string): ChatEntry => read(world, chatsFeature.selectEntities)[id]!;

describe('catching up', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  // Proves: W-49
  it('asks for every known chat by its position after each reconnect', async () => {
    const world = await makeReadyWorld(twoChats);
    world.hub.calls.length = 0;
    world.hub.link.next('offline');
    world.hub.link.next('connecting');
    world.hub.link.next('online');
    await settle();
    expect(positions(world)).toEqual([
      [
        { chatId: 'c1', afterSeq: 3 },
        { chatId: 'c2', afterSeq: 9 },
      ],
    ]);
  });

  // Proves: W-49
  it('asks in batches a hub message can carry', async () => {
    const many = Array.from({ length: 250 }, (_, i) => chatView({ id: `c${i}` }));
    const world = await makeReadyWorld((call) =>
      call.path === '/api/chats' ? { items: many } : { items: [] },
    );
    world.hub.calls.length = 0;
    world.hub.pushed.next({ name: 'SyncRequired', body: {} });
    await settle();
    expect(positions(world).map((batch) => batch.length)).toEqual([100, 100, 50]);
    expect(
      new Set(
        positions(world)
          .flat()
          .map((p) => p.chatId),
      ).size,
    ).toBe(250);
  });

  // Proves: W-49
  it('asks again for everything when the hub says that pushes were lost', async () => {
    const world = await makeReadyWorld(twoChats);
    world.hub.calls.length = 0;
    world.hub.pushed.next({ name: 'SyncRequired', body: {} });
    await settle();
    expect(positions(world)[0]).toHaveLength(2);
  });

  // Proves: W-49
  it('asks for one chat when a message reveals a hole, unless the missing one comes in a moment', async () => {
    const world = await makeReadyWorld(twoChats);
    world.hub.of('Sync').forEach((call) => call.resolve({ chats: [] }));
    await settle();
    world.hub.calls.length = 0;

    world.hub.pushed.next({ name: 'MessagePosted', body: message(5) });
    world.hub.pushed.next({ name: 'MessagePosted', body: message(4) });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(positions(world)).toEqual([]);

    world.hub.pushed.next({ name: 'MessagePosted', body: message(8) });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(positions(world)).toEqual([[{ chatId: 'c1', afterSeq: 5 }]]);

    world.hub.of('Sync')[0]?.resolve({
      chats: [
        {
          chatId: 'c1',
          status: 'complete',
          messages: [6, 7, 8].map((n) => message(n)),
          lastSeq: 8,
          readSeq: 3,
        },
      ],
    });
    await settle();
    expect(entry(world, 'c1').upTo).toBe(8);
  });

  // Proves: W-49
  it('asks again when a sync fails on a living connection', async () => {
    const world = await makeReadyWorld(twoChats);
    world.store.dispatch(ChatsApiActions.syncStarted({ positions: [{ chatId: 'c1', afterSeq: 3 }] }));
    await settle();
    const before = positions(world).length;
    world.hub.calls.at(-1)?.reject(new Error('HubException: unavailable: chats is away'));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(positions(world).length).toBe(before + 1);
  });

  // Proves: W-49
  it('loads a chat anew when too much was missed, and forgets one that is gone', async () => {
    const world = await makeReadyWorld(twoChats);
    world.store.dispatch(
      ChatsApiActions.syncDone({
        asked: ['c1', 'c2'],
        result: {
          chats: [
            { chatId: 'c1', status: 'reload', messages: [], lastSeq: 700, readSeq: 3 },
            { chatId: 'c2', status: 'gone', messages: [], lastSeq: 0, readSeq: 0 },
          ],
        },
      }),
    );
    await settle();
    expect(world.api.of('GET', '/api/chats/{id}').at(-1)?.params.path).toEqual({ id: 'c1' });
    expect(entry(world, 'c1').view.unread).toBe(697);
    expect(entry(world, 'c2')).toBeUndefined();
  });
});

describe('opening and reading', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  // Proves: H-29
  it('loads messages once, also when the chat is opened before the list is there', async () => {
    const world = await makeReadyWorld(() => ({ items: [] }));
    world.store.dispatch(ChatsPageActions.open({ chatId: 'c1' }));
    await settle();
    expect(world.api.of('GET', '/api/chats/{id}/messages')).toEqual([]);
    world.api.answer = twoChats;
    world.store.dispatch(ChatsApiActions.refreshLists());
    await settle();
    expect(world.api.of('GET', '/api/chats/{id}/messages')).toHaveLength(1);
    expect(entry(world, 'c1').load.state).toBe('ready');
  });

  // Proves: H-29, A-09
  it('clears the badge at once, tells the hub, and tells it again when the first try was lost', async () => {
    const world = await makeReadyWorld(twoChats);
    world.hub.pushed.next({ name: 'MessagePosted', body: message(4) });
    expect(entry(world, 'c1').view.unread).toBe(1);
    world.store.dispatch(ChatsPageActions.markRead({ chatId: 'c1', seq: 4 }));
    expect(entry(world, 'c1').view.unread).toBe(0);
    world.hub.of('MarkRead')[0]?.reject(new Error('closed'));
    await settle();
    world.store.dispatch(ChatsApiActions.syncDone({ asked: [], result: { chats: [] } }));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(world.hub.of('MarkRead').map((c) => c.input)).toEqual([
      { chatId: 'c1', seq: 4 },
      { chatId: 'c1', seq: 4 },
    ]);
  });

  // Proves: W-49
  it('fetches a chat it has not heard of when a message for it comes', async () => {
    const world = await makeReadyWorld(twoChats);
    world.hub.pushed.next({ name: 'MessagePosted', body: message(1, { chatId: 'c9' }) });
    await settle();
    expect(world.api.of('GET', '/api/chats/{id}')[0]?.params.path).toEqual({ id: 'c9' });
  });

  it('keeps a room that was made while an older list was on its way', async () => {
    const world = await makeReadyWorld(twoChats);
    world.store.dispatch(ChatsApiActions.refreshLists());
    world.store.dispatch(ChatsApiActions.chatLoaded({ chat: chatView({ id: 'new' }), enter: true }));
    await settle();
    expect(entry(world, 'new')).toBeDefined();
    expect(world.visited).toEqual([['/chats', 'new']]);
  });

  // Proves: H-28
  it('says beside the friend why an invitation was refused', async () => {
    const world = await makeReadyWorld(twoChats);
    world.api.answer = () => {
      throw refusal(409, 'duplicate', 'Bob was invited already.');
    };
    world.store.dispatch(ChatsPageActions.invite({ chatId: 'c2', person: { id: 'bob', userName: 'bob' } }));
    await settle();
    expect(read(world, chatsFeature.selectInvites)).toMatchObject({
      'c2/bob': { detail: 'Bob was invited already.' },
    });
  });
});
