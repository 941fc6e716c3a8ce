import { inject, Injectable, InjectionToken } from '@angular/core';
import type { HubConnection } from '@microsoft/signalr';
import { BehaviorSubject, Subject } from 'rxjs';

import { TokenSource } from '../auth/token-source';
import { CHANCE, reconnectDelay } from '../core/backoff';
import { APP_CONFIG } from '../core/config';
import { PUSH_NAMES, type HubMethods, type Push } from './hub-contract';
import { HubError, readHubError } from './hub-error';

export type LinkState = 'stopped' | 'connecting' | 'online' | 'offline';

/** The part of SignalR's connection that is used here. */
export type Socket = Pick<HubConnection, 'start' | 'stop' | 'invoke' | 'on' | 'onclose'>;
export type SocketFactory = () => Promise<Socket>;

const CALL_TIMEOUT = 20_000;

export const SOCKET_FACTORY = new InjectionToken<SocketFactory>('SOCKET_FACTORY', {
  factory: () => {
    const url = inject(APP_CONFIG).hubUrl;
    const tokens = inject(TokenSource);
    return async () => {
      const { HubConnectionBuilder, LogLevel } = await import('@microsoft/signalr');
      // No log above errors and no token in any of them (B-50). Reconnecting is ours: the built-in policy gives up.
      return new HubConnectionBuilder()
        .withUrl(url, { accessTokenFactory: () => tokens.accessToken(), withCredentials: false })
        .configureLogging(LogLevel.None)
        .build();
    };
  },
});

/**
 * One hub connection that is kept alive for as long as it is wanted: it reconnects for ever, each delay drawn at random, and
 * covers what SignalR's own reconnect does not (a failed first start, a Close that forbids reconnecting).
 */
@Injectable({ providedIn: 'root' })
export class Hub {
  private readonly open = inject(SOCKET_FACTORY);
  private readonly tokens = inject(TokenSource);
  private readonly chance = inject(CHANCE);

  private socket: Socket | null = null;
  private wanted = false;
  private attempt = 0;
  private life = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  private readonly pushed = new Subject<Push>();
  private readonly link = new BehaviorSubject<LinkState>('stopped');
  readonly pushes = this.pushed.asObservable();
  readonly state = this.link.asObservable();

  constructor() {
    addEventListener('online', () => this.tryNow());
    addEventListener('offline', () => this.lost());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.tryNow();
    });
  }

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.attempt = 0;
    void this.connect();
  }

  stop(): void {
    this.wanted = false;
    this.release();
    this.link.next('stopped');
  }

  /** Skips the rest of the waiting time. */
  tryNow(): void {
    if (!this.wanted || this.link.value !== 'offline') return;
    clearTimeout(this.timer);
    void this.connect();
  }

  /** Calls a hub method. Rejects with HubError; never hangs longer than 20 s. */
  async invoke<M extends keyof HubMethods>(
    method: M,
    input?: HubMethods[M]['input'],
  ): Promise<HubMethods[M]['output']> {
    const socket = this.socket;
    if (!socket || this.link.value !== 'online') throw new HubError('disconnected', 'Not connected.');
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new HubError('timeout', 'The server did not answer.')), CALL_TIMEOUT);
    });
    try {
      const call = socket.invoke<HubMethods[M]['output']>(method, ...(input === undefined ? [] : [input]));
      return await Promise.race([call, tooLate]);
    } catch (error) {
      throw readHubError(error, this.carries(socket));
    } finally {
      clearTimeout(timer);
    }
  }

  private carries(socket: Socket): boolean {
    return this.socket === socket && this.link.value === 'online';
  }

  private async connect(): Promise<void> {
    const life = ++this.life;
    const current = (): boolean => this.life === life;
    this.link.next('connecting');
    try {
      const socket = await this.open();
      if (!current()) return;
      this.socket = socket;
      // Handlers belong to the connection, so coming back never adds them twice (B-32).
      for (const name of PUSH_NAMES) {
        socket.on(name, (body: unknown) => {
          if (current()) this.pushed.next({ name, body } as Push);
        });
      }
      socket.onclose(() => {
        if (current()) this.lost();
      });
      await socket.start();
      if (!current()) return void socket.stop().catch(() => undefined);
      this.attempt = 0;
      this.link.next('online');
    } catch (error) {
      if (!current()) return;
      if (isUnauthorized(error)) await this.tokens.renewedToken().catch(() => undefined);
      if (current()) this.lost();
    }
  }

  /** The connection is gone: forget it and come back after a while of our own choosing. */
  private lost(): void {
    if (!this.wanted || this.link.value === 'offline') return;
    this.release();
    this.timer = setTimeout(() => void this.connect(), reconnectDelay(this.attempt++, this.chance));
    this.link.next('offline');
  }

  /** Ends the life of the present connection or attempt; whatever it still says is not heard. */
  private release(): void {
    this.life += 1;
    clearTimeout(this.timer);
    void this.socket?.stop().catch(() => undefined);
    this.socket = null;
  }
}

function isUnauthorized(error: unknown): boolean {
  return (
    error instanceof Error &&
    (('statusCode' in error && error.statusCode === 401) || /\b401\b/.test(error.message))
  );
}
