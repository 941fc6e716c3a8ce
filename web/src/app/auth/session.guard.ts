import { inject } from '@angular/core';
import { RedirectCommand, Router, type CanActivateFn } from '@angular/router';

import { APP_CONFIG } from '../core/config';
import { TokenSource } from './token-source';

/** Lets signed-in people through; sends strangers to the issuer, which returns them to the page they wanted (W-42, B-55). */
export const signedInGuard: CanActivateFn = async (_route, state) => {
  const tokens = inject(TokenSource);
  const router = inject(Router);
  const home = new URL(inject(APP_CONFIG).issuer, location.origin).origin;
  if (tokens.identity) return true;
  if (home !== location.origin) {
    // Opened by another name of the same host: cookies and redirects belong to the public one.
    location.replace(home + state.url);
    return false;
  }
  try {
    if (await tokens.restore()) return true;
    await tokens.start(state.url);
    return false;
  } catch {
    const target = router.createUrlTree(['/error'], { queryParams: { why: 'sign-in', to: state.url } });
    return new RedirectCommand(target, { skipLocationChange: true });
  }
};
