/** The one place that knows oidc-client-ts. Tokens stay in memory; only the pending sign-in's state is kept for the tab. */
import type { User, UserManager } from 'oidc-client-ts';

import type { AppConfig } from '../core/config';
import { safeReturnUrl } from './return-url';

export interface Identity {
  readonly userId: string;
  readonly userName: string;
}

/** The issuer says that nobody is signed in (any more). Everything else that fails may be tried again. */
export class SessionEnded extends Error {}

/** The issuer refused a sign-in, in its own words. */
export class SignInRefused extends Error {
  constructor(
    readonly code: string,
    readonly reason: string | null,
  ) {
    super(reason ?? code);
  }
}

const ENDED = [
  'login_required',
  'interaction_required',
  'consent_required',
  'invalid_grant',
  'access_denied',
];
const FRAME_TIMEOUT_SECONDS = 10;

export class Oidc {
  private manager: Promise<UserManager> | undefined;
  private user: User | null = null;

  constructor(
    private readonly config: AppConfig,
    private readonly origin: string,
  ) {}

  /** The access token and when it ends (epoch milliseconds), or null when nobody is signed in. */
  get current(): { token: string; expiresAt: number } | null {
    return this.user
      ? { token: this.user.access_token, expiresAt: (this.user.expires_at ?? 0) * 1000 }
      : null;
  }

  get identity(): Identity | null {
    const profile = this.user?.profile;
    return profile
      ? { userId: profile.sub, userName: profile.preferred_username ?? profile.name ?? profile.sub }
      : null;
  }

  /** New tokens without a visible page: by refresh token when there is one, else by prompt=none in a hidden frame. */
  async renew(): Promise<void> {
    const manager = await this.ready();
    try {
      this.user = await manager.signinSilent();
    } catch (error) {
      if (!this.user || !(await isEnded(error))) throw await readable(error);
      // The refresh token is spent or too old; the issuer's own session may still stand.
      await this.forget();
      this.user = await manager.signinSilent().catch(async (again: unknown) => {
        throw await readable(again);
      });
    }
    if (!this.user) throw new SessionEnded();
  }

  /** Leaves for the issuer's sign-in page. */
  async start(returnTo: string): Promise<void> {
    const manager = await this.ready();
    await manager.signinRedirect({ state: { returnTo } });
  }

  /** Reads the issuer's answer from the address and gives the page that was wanted. */
  async complete(address: string): Promise<string> {
    const manager = await this.ready();
    const { ErrorResponse } = await import('oidc-client-ts');
    try {
      this.user = await manager.signinRedirectCallback(address);
    } catch (error) {
      if (error instanceof ErrorResponse)
        throw new SignInRefused(error.error ?? 'error', error.error_description);
      throw error;
    }
    return safeReturnUrl((this.user.state as { returnTo?: unknown } | undefined)?.returnTo);
  }

  /** Ends the session at the issuer, which sends the browser back to /signed-out. */
  async end(): Promise<void> {
    const manager = await this.ready();
    const hint = this.user?.id_token;
    await this.forget();
    await manager.signoutRedirect(hint ? { id_token_hint: hint } : {});
  }

  /** Drops the tokens; nothing is told to the issuer. */
  async forget(): Promise<void> {
    this.user = null;
    await (await this.ready()).removeUser();
  }

  private ready(): Promise<UserManager> {
    this.manager ??= import('oidc-client-ts').then(
      ({ InMemoryWebStorage, UserManager, WebStorageStateStore }) =>
        new UserManager({
          authority: this.config.issuer,
          client_id: this.config.clientId,
          scope: this.config.scopes,
          redirect_uri: `${this.origin}/signed-in`,
          silent_redirect_uri: `${this.origin}/silent.html`,
          post_logout_redirect_uri: `${this.origin}/signed-out`,
          userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
          stateStore: new WebStorageStateStore({ store: sessionStorage }),
          automaticSilentRenew: false,
          monitorSession: false,
          silentRequestTimeoutInSeconds: FRAME_TIMEOUT_SECONDS,
          requestTimeoutInSeconds: FRAME_TIMEOUT_SECONDS,
        }),
    );
    return this.manager;
  }
}

async function isEnded(error: unknown): Promise<boolean> {
  const { ErrorResponse } = await import('oidc-client-ts');
  return error instanceof ErrorResponse && ENDED.includes(error.error ?? '');
}

async function readable(error: unknown): Promise<unknown> {
  return (await isEnded(error)) ? new SessionEnded() : error;
}
