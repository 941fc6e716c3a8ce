import { TestBed } from '@angular/core/testing';

import { FakeKept } from '../../testing/fakes';
import { settle } from '../../testing/world';
import { NOW } from '../core/clock';
import { KEPT } from '../core/kept';
import { SessionEnded } from './oidc';
import { EXCLUSIVE, OIDC, TokenSource } from './token-source';

async function setUp(renew: () => Promise<void> = () => Promise.resolve()) {
  let now = 1_000_000;
  const log: string[] = [];
  const oidc = {
    current: { token: 't0', expiresAt: now + 300_000 } as { token: string; expiresAt: number } | null,
    identity: null as { userId: string; userName: string } | null,
    renew: vi.fn(renew),
    forget: vi.fn(() => {
      oidc.current = null;
      return Promise.resolve();
    }),
    start: vi.fn(),
    complete: vi.fn(() => Promise.resolve('/friends')),
    end: vi.fn(() => Promise.resolve()),
  };
  const exclusive = async <T>(work: () => Promise<T>): Promise<T> => {
    log.push('lock');
    const result = await work();
    log.push('free');
    return result;
  };
  const kept = new FakeKept();
  TestBed.configureTestingModule({
    providers: [
      { provide: OIDC, useValue: oidc },
      { provide: EXCLUSIVE, useValue: exclusive },
      { provide: NOW, useValue: () => now },
      { provide: KEPT, useValue: kept },
    ],
  });
  const tokens = TestBed.inject(TokenSource);
  await tokens.complete('https://chat.example/signed-in?code=1');
  const ended = vi.fn();
  tokens.ended.subscribe(ended);
  return { tokens, oidc, kept, ended, log, pass: (ms: number) => (now += ms) };
}

describe('access tokens', () => {
  it('are given out as they are while they last', async () => {
    const { tokens, oidc } = await setUp();
    expect(await tokens.accessToken()).toBe('t0');
    expect(oidc.renew).not.toHaveBeenCalled();
  });

  // Proves: H-04, B-04
  it('are renewed before they run out, and the new one is the one in use', async () => {
    const { tokens, oidc, pass } = await setUp(() => {
      oidc.current = { token: 't1', expiresAt: 9e9 };
      return Promise.resolve();
    });
    pass(290_000);
    expect(await tokens.accessToken()).toBe('t1');
    expect(await tokens.accessToken()).toBe('t1');
    expect(oidc.renew).toHaveBeenCalledTimes(1);
  });

  // Proves: H-04
  it('are renewed once for all calls that wait, under the lock all tabs share', async () => {
    const { tokens, oidc, log } = await setUp();
    await Promise.all([tokens.renewedToken(), tokens.renewedToken(), tokens.renewedToken()]);
    expect(oidc.renew).toHaveBeenCalledTimes(1);
    expect(log).toEqual(['lock', 'free']);
  });

  // Proves: W-51
  it('that the issuer no longer renews end the session, once', async () => {
    const { tokens, ended, kept, oidc } = await setUp(() => {
      // As the wrapper does: the spent token is dropped before the issuer is asked once more.
      void oidc.forget();
      return Promise.reject(new SessionEnded());
    });
    kept.set('securechat.signed-in', '1');
    await expect(tokens.renewedToken()).rejects.toBeInstanceOf(SessionEnded);
    await expect(tokens.renewedToken()).rejects.toBeInstanceOf(SessionEnded);
    expect(ended).toHaveBeenCalledTimes(1);
    expect(kept.get('securechat.signed-in')).toBeNull();
  });

  // Proves: W-51, H-04
  it('stay valid when the issuer merely does not answer: nobody is signed out by a bad network', async () => {
    const { tokens, ended, oidc } = await setUp(() => Promise.reject(new TypeError('Failed to fetch')));
    await expect(tokens.renewedToken()).rejects.toBeInstanceOf(TypeError);
    expect(ended).not.toHaveBeenCalled();
    expect(oidc.current?.token).toBe('t0');
    expect(await tokens.accessToken()).toBe('t0');
  });

  // Proves: W-51, H-04
  it('can be had again once the issuer answers, though the old one was spent meanwhile', async () => {
    const { tokens, oidc, ended } = await setUp(() => {
      void oidc.forget();
      return Promise.reject(new TypeError('Failed to fetch'));
    });
    await expect(tokens.renewedToken()).rejects.toBeInstanceOf(TypeError);
    oidc.renew.mockImplementation(() => {
      oidc.current = { token: 't9', expiresAt: 9e9 };
      return Promise.resolve();
    });
    expect(await tokens.accessToken()).toBe('t9');
    expect(ended).not.toHaveBeenCalled();
  });

  it('are asked for quietly after a reload, but not on a first visit', async () => {
    const { tokens, oidc, kept } = await setUp();
    kept.remove('securechat.signed-in');
    expect(await tokens.restore()).toBeNull();
    expect(oidc.renew).not.toHaveBeenCalled();
    kept.set('securechat.signed-in', '1');
    oidc.renew.mockImplementation(() => {
      oidc.identity = { userId: 'u', userName: 'ilka' };
      return Promise.resolve();
    });
    expect(await tokens.restore()).toEqual({ userId: 'u', userName: 'ilka' });
    await settle();
  });

  // Proves: W-42
  it('are never kept in the browser, only the fact that somebody is signed in', async () => {
    const { tokens, kept } = await setUp();
    expect(await tokens.complete('https://chat.example/signed-in?code=2')).toBe('/friends');
    await tokens.accessToken();
    expect([...kept.map]).toEqual([['securechat.signed-in', '1']]);
  });
});
