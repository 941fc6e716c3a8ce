import { InjectionToken } from '@angular/core';

/** Leaves this page for another address of ours by a real page load: nothing of the person's stays in memory. */
export const LEAVE = new InjectionToken<(url: string) => void>('LEAVE', {
  factory: () => (url) => location.assign(url),
});
