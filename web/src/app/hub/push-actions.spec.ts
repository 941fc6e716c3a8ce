import type { Push } from './hub-contract';
import { PUSH_NAMES } from './hub-contract';
import { toAction } from './push-actions';

describe('pushes of the hub', () => {
  // Proves: W-40, W-50
  it.each(PUSH_NAMES)('%s becomes one action', (name) => {
    expect(toAction({ name, body: {} } as Push)?.type).toMatch(/^\[Hub\] /);
  });

  // Proves: B-36
  it.each([null, undefined, 'text', 7])('with the body %j is dropped and stops nothing', (body) => {
    expect(toAction({ name: 'UserConnected', body } as unknown as Push)).toBeNull();
  });
});
