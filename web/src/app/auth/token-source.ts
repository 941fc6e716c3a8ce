import { inject, Injectable, InjectionToken } from '@angular/core';
import { Subject } from 'rxjs';

import { NOW } from '../core/clock';
import { APP_CONFIG } from '../core/config';
import { KEPT } from '../core/kept';
import { Oidc, SessionEnded, type Identity } from './oidc';

export const OIDC = new InjectionToken<Pick<Oidc, keyof Oidc>>('OIDC', {
  factory: () => new Oidc(inject(APP_CONFIG), location.origin),
});

/** Runs work while no other tab runs its own under the same name. */
export type Exclusive = <T>(work: () => Promise<T>) => Promise<T>;

export const EXCLUSIVE = new InjectionToken<Exclusive>('EXCLUSIVE', {
  factory: () => (work) =>
    'locks' in navigator ? navigator.locks.request('securechat-token', work) : work(),
});

/** Set while somebody is signed in here, so that a reload asks the issuer quietly and a stranger's first visit does not. */
const HINT = 'securechat.signed-in';
const EARLY = 20_000;

/** Hands out access tokens, renews them in time and one at a time, and tells when the session has ended. */
@Injectable({ providedIn: 'root' })
export class TokenSource {
  private readonly oidc = inject(OIDC);
  private readonly exclusive = inject(EXCLUSIVE);
  private readonly now = inject(NOW);
  private readonly kept = inject(KEPT);
  private readonly channel =
    typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('securechat-auth');
  private renewal: Promise<string> | null = null;
  /** Somebody is signed in, also while no token is at hand. */
  private live = false;
  private readonly endings = new Subject<void>();

  /** Emits once when the issuer or a service no longer accepts us, or another tab signed out. */
  readonly ended = this.endings.asObservable();

  constructor() {
    if (this.channel) this.channel.onmessage = () => this.drop();
  }

  get identity(): Identity | null {
    return this.oidc.identity;
  }

  /** After a reload: tokens from the issuer's own session. Null when nobody is signed in; rejects when nobody answers. */
  async restore(): Promise<Identity | null> {
    if (this.identity) return this.identity;
    if (this.kept.get(HINT) === null) return null;
    try {
      await this.exclusive(() => this.oidc.renew());
      this.live = true;
      return this.identity;
    } catch (error) {
      if (!(error instanceof SessionEnded)) throw error;
      this.kept.remove(HINT);
      return null;
    }
  }

  start(returnTo: string): Promise<void> {
    return this.oidc.start(returnTo);
  }

  async complete(address: string): Promise<string> {
    const returnTo = await this.oidc.complete(address);
    this.live = true;
    this.kept.set(HINT, '1');
    return returnTo;
  }

  /** Signs out here, in the other tabs, and at the issuer. */
  async signOut(): Promise<void> {
    this.live = false;
    this.kept.remove(HINT);
    this.channel?.postMessage('signed-out');
    await this.oidc.end();
  }

  /** A token good for the next seconds. */
  async accessToken(): Promise<string> {
    const current = this.oidc.current;
    if (current && current.expiresAt - this.now() > EARLY) return current.token;
    return this.renewedToken();
  }

  /** A new token, also when the old one has time left. Calls made meanwhile share one renewal. */
  renewedToken(): Promise<string> {
    this.renewal ??= this.renew().finally(() => (this.renewal = null));
    return this.renewal;
  }

  /** A service refused a token that was just renewed. */
  reject(): void {
    this.drop();
  }

  private async renew(): Promise<string> {
    if (!this.live) throw new SessionEnded();
    try {
      await this.exclusive(() => this.oidc.renew());
    } catch (error) {
      if (error instanceof SessionEnded) this.drop();
      throw error;
    }
    return this.freshToken();
  }

  private freshToken(): string {
    const current = this.oidc.current;
    if (!current) throw new SessionEnded();
    return current.token;
  }

  private drop(): void {
    if (!this.live) return;
    this.live = false;
    this.kept.remove(HINT);
    void this.oidc.forget();
    this.endings.next();
  }
}
