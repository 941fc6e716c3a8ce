import { TestBed } from '@angular/core/testing';

import { settle } from '../../testing/world';
import { TokenSource } from '../auth/token-source';
import { CHANCE } from '../core/backoff';
import { Hub, SOCKET_FACTORY, type LinkState } from './hub-connection';
import { HubError } from './hub-error';

class FakeSocket {
  readonly handlers = new Map<string, ((body: unknown) => void)[]>();
  closed: (error?: Error) => void = () => undefined;
  stopped = false;
  answer: (method: string, input: unknown) => Promise<unknown> = () => Promise.resolve('ok');

  constructor(private readonly starts: () => Promise<void>) {}
  start = (): Promise<void> => this.starts();
  stop = (): Promise<void> => {
    this.stopped = true;
    return Promise.resolve();
  };
  invoke = (method: string, input: unknown): Promise<unknown> => this.answer(method, input);
  on = (name: string, handler: (body: unknown) => void): void => {
    this.handlers.set(name, [...(this.handlers.get(name) ?? []), handler]);
  };
  onclose = (handler: (error?: Error) => void): void => {
    this.closed = handler;
  };
  push(name: string, body: unknown): void {
    this.handlers.get(name)?.forEach((handler) => handler(body));
  }
}

function setUp(starts: () => Promise<void> = () => Promise.resolve(), chance = 0.5) {
  const sockets: FakeSocket[] = [];
  const tokens = { renewedToken: vi.fn(() => Promise.resolve('t')) };
  TestBed.configureTestingModule({
    providers: [
      { provide: CHANCE, useValue: () => chance },
      { provide: TokenSource, useValue: tokens },
      {
        provide: SOCKET_FACTORY,
        useValue: () => {
          const socket = new FakeSocket(starts);
          sockets.push(socket);
          return Promise.resolve(socket);
        },
      },
    ],
  });
  const hub = TestBed.inject(Hub);
  const states: LinkState[] = [];
  hub.state.subscribe((state) => states.push(state));
  const pushes: unknown[] = [];
  hub.pushes.subscribe((push) => pushes.push(push));
  return { hub, sockets, states, pushes, tokens };
}

describe('the hub connection', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  // Proves: W-49
  it('comes back after a cut, at a moment drawn at random within the first second', async () => {
    const { hub, sockets, states } = setUp();
    hub.start();
    await settle();
    sockets[0]?.closed(new Error('cut'));
    expect(states.at(-1)).toBe('offline');
    await vi.advanceTimersByTimeAsync(499);
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sockets).toHaveLength(2);
    expect(states.at(-1)).toBe('online');
  });

  // Proves: W-49
  it('never gives up: not at a failed first start, not after hours', async () => {
    let alive = false;
    const { hub, sockets, states } = setUp(() =>
      alive ? Promise.resolve() : Promise.reject(new Error('refused')),
    );
    hub.start();
    await vi.advanceTimersByTimeAsync(6 * 3_600_000);
    expect(sockets.length).toBeGreaterThan(600);
    alive = true;
    await vi.advanceTimersByTimeAsync(31_000);
    expect(states.at(-1)).toBe('online');
  });

  // Proves: B-32, W-49
  it('delivers every push once, however often it reconnected, and hears nothing from a connection that is gone', async () => {
    const { hub, sockets, pushes } = setUp();
    hub.start();
    await settle();
    for (let i = 0; i < 3; i++) {
      sockets.at(-1)?.closed();
      await vi.advanceTimersByTimeAsync(1_000);
    }
    sockets.at(-1)?.push('UserConnected', { userId: 'bob' });
    sockets[0]?.push('UserConnected', { userId: 'ghost' });
    expect(pushes).toEqual([{ name: 'UserConnected', body: { userId: 'bob' } }]);
  });

  // Proves: B-32
  it('closes when it is stopped, and stays closed', async () => {
    const { hub, sockets, states } = setUp();
    hub.start();
    await settle();
    hub.stop();
    expect(sockets[0]?.stopped).toBe(true);
    sockets[0]?.closed();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
    expect(states.at(-1)).toBe('stopped');
  });

  it('makes one connection when it is stopped and started while the first is still opening', async () => {
    const { hub, sockets } = setUp();
    hub.start();
    hub.stop();
    hub.start();
    await settle();
    expect(sockets.filter((socket) => !socket.stopped && socket.handlers.size > 0)).toHaveLength(1);
  });

  // Proves: W-49
  it('asks for a new token when the hub does not accept the one it has', async () => {
    const { hub, tokens } = setUp(() =>
      Promise.reject(Object.assign(new Error('Unauthorized'), { statusCode: 401 })),
    );
    hub.start();
    await settle();
    expect(tokens.renewedToken).toHaveBeenCalledTimes(1);
  });

  it('tries at once when asked to, and when the browser comes back online', async () => {
    const { hub, sockets } = setUp(() => Promise.reject(new Error('refused')));
    hub.start();
    await settle();
    hub.tryNow();
    await settle();
    expect(sockets).toHaveLength(2);
    dispatchEvent(new Event('online'));
    await settle();
    expect(sockets).toHaveLength(3);
  });

  it('tells a refusal of the server from a lost connection', async () => {
    const { hub, sockets } = setUp();
    hub.start();
    await settle();
    const socket = sockets[0]!;
    socket.answer = () =>
      Promise.reject(
        new Error(
          "An unexpected error occurred invoking 'SendMessage' on the server. HubException: not-a-member: you left",
        ),
      );
    await expect(hub.invoke('SendMessage', { chatId: 'c', id: 'i', text: 't' })).rejects.toMatchObject({
      kind: 'not-a-member',
      detail: 'you left',
    });

    socket.answer = () => {
      socket.closed();
      return Promise.reject(new Error('Invocation canceled due to the underlying connection being closed.'));
    };
    await expect(hub.invoke('MarkRead', { chatId: 'c', seq: 1 })).rejects.toMatchObject({
      disconnected: true,
    });
    await expect(hub.invoke('Activity')).rejects.toBeInstanceOf(HubError);
  });

  it('does not wait for ever for an answer', async () => {
    const { hub, sockets } = setUp();
    hub.start();
    await settle();
    sockets[0]!.answer = () => new Promise(() => undefined);
    const call = hub.invoke('Activity').catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await call).toMatchObject({ kind: 'timeout' });
  });
});
