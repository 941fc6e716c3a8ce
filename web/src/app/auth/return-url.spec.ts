import { safeReturnUrl } from './return-url';

describe('the page to return to after sign-in', () => {
  // Proves: B-55, W-42
  it('is the deep link that was wanted, query and fragment included', () => {
    expect(safeReturnUrl('/chats/0190-abc?from=mail#last')).toBe('/chats/0190-abc?from=mail#last');
  });

  // Proves: B-51
  it.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/..//evil.example',
    '\\\\evil.example',
    'javascript:alert(1)',
    '/\tevil',
    '/%0a\n/evil',
    'data:text/html,x',
    '',
    null,
    42,
    undefined,
  ])('is never %j: that leaves the app', (wanted) => {
    expect(safeReturnUrl(wanted)).toBe('/');
  });

  // Proves: B-55
  it.each(['/signed-in?code=1', '/signed-out', '/error?why=sign-in', '/silent.html'])(
    'is never %s: one would go in circles',
    (wanted) => {
      expect(safeReturnUrl(wanted)).toBe('/');
    },
  );
});
