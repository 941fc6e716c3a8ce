import { InjectionToken } from '@angular/core';

/** Milliseconds since the epoch. A parameter, so that tests can set it. */
export type Now = () => number;

export const NOW = new InjectionToken<Now>('NOW', { factory: () => Date.now });
