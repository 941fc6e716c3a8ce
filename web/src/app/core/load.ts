import type { Problem } from '../api/problem';

/** How far a piece of state has come from the server. `ready` stays while a background refresh runs. */
export interface Load {
  readonly state: 'idle' | 'loading' | 'ready' | 'failed';
  readonly problem: Problem | null;
}

export const IDLE: Load = { state: 'idle', problem: null };
export const LOADING: Load = { state: 'loading', problem: null };
export const READY: Load = { state: 'ready', problem: null };

/** A refresh that fails takes away nothing that is already shown. */
export function failed(before: Load, problem: Problem): Load {
  return before.state === 'ready' ? before : { state: 'failed', problem };
}

/** A refresh shows no loading state over what is already shown. */
export function loading(before: Load): Load {
  return before.state === 'ready' ? before : LOADING;
}
