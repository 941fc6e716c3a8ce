import { reconnectDelay } from './backoff';
import { readConfig } from './config';
import { uuidV7Generator } from './ids';

describe('the delay before a reconnect', () => {
  // Proves: W-49
  it('is spread over its span, grows to half a minute and stays there', () => {
    expect(reconnectDelay(0, () => 0)).toBe(0);
    expect(reconnectDelay(0, () => 0.999)).toBeGreaterThan(990);
    expect([1, 2, 3, 4, 5, 6, 100].map((n) => reconnectDelay(n, () => 1))).toEqual([
      2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
    expect(reconnectDelay(100, () => 0)).toBe(15_000);
  });
});

describe('ids made here', () => {
  const zero = (into: Uint8Array): void => void into.fill(0);

  it('are UUIDv7 with the moment in front', () => {
    const id = uuidV7Generator(() => 0x0192_a1b2_c3d4, zero)();
    expect(id).toBe('0192a1b2-c3d4-7000-8000-000000000000');
  });

  it('keep the order of making within a millisecond, over more than a counter holds, and when the clock steps back', () => {
    let now = 1_000_000;
    const next = uuidV7Generator(() => now, zero);
    const ids = Array.from({ length: 10_000 }, (_, i) => {
      if (i === 5_000) now -= 60_000;
      return next();
    });
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
    expect(
      ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
    ).toBe(true);
  });
});

describe('the run-time configuration', () => {
  const whole = {
    issuer: 'https://chat.example/auth',
    clientId: 'securechat-web',
    scopes: 'openid profile',
    hubUrl: '/hub/messaginghub',
    apiBase: '/api',
    presencePollSeconds: 60,
    idleAfterSeconds: 300,
    version: '0.1.0',
  };

  // Proves: W-58, B-54
  it('is taken whole', () => {
    expect(readConfig(whole)).toEqual(whole);
    expect(readConfig({ ...whole, scopes: ['openid', 'profile'] }).scopes).toBe('openid profile');
  });

  // Proves: W-58
  it.each(Object.keys(whole))('without %s is refused by name', (key) => {
    expect(() => readConfig({ ...whole, [key]: undefined })).toThrow(`"${key}"`);
  });

  it('with a poll of no seconds is refused', () => {
    expect(() => readConfig({ ...whole, presencePollSeconds: 0 })).toThrow('presencePollSeconds');
  });
});
