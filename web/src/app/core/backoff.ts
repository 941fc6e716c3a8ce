import { InjectionToken } from '@angular/core';

/** A number in 0..1, as Math.random gives. A parameter, so that tests can fix it. */
export type Chance = () => number;

export const CHANCE = new InjectionToken<Chance>('CHANCE', { factory: () => Math.random });

const FIRST = 1_000;
const LONGEST = 30_000;

/**
 * Milliseconds to wait before reconnect attempt `attempt` (0-based). Grows to half a minute and never gives up.
 * Every delay, the first included, is spread over its whole span: after a server restart no two clients knock together.
 */
export function reconnectDelay(attempt: number, chance: Chance): number {
  const ceiling = Math.min(LONGEST, FIRST * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling * (attempt === 0 ? chance() : 0.5 + chance() / 2));
}
