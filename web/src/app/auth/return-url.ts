const FALLBACK = '/';
const NOT_A_DESTINATION = ['/signed-in', '/signed-out', '/silent.html', '/error'];

/**
 * The page to return to after sign-in, or `/` when the wanted one is not a path of this app (B-51, B-55).
 * What comes back from a sign-in is input like any other: no scheme, no other host, no tricks with slashes.
 */
export function safeReturnUrl(wanted: unknown): string {
  if (typeof wanted !== 'string' || !wanted.startsWith('/') || /[\\\u0000-\u001f]/.test(wanted))
    return FALLBACK;
  const base = 'https://this.app.invalid';
  let url: URL;
  try {
    url = new URL(wanted, base);
  } catch {
    return FALLBACK;
  }
  if (url.origin !== base || url.pathname.startsWith('//') || NOT_A_DESTINATION.includes(url.pathname))
    return FALLBACK;
  return url.pathname + url.search + url.hash;
}
