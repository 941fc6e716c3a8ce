import { DestroyRef, inject } from '@angular/core';

/** Gives focus back to what had it when the caller was made, unless something else has taken it by then. */
export function returnFocusOnDestroy(): void {
  const opener = document.activeElement;
  inject(DestroyRef).onDestroy(() => {
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (lost && opener instanceof HTMLElement && opener.isConnected) opener.focus();
  });
}
