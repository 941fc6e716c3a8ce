import { Injectable, signal, type Signal } from '@angular/core';

/** The design's breakpoints, as signals. */
@Injectable({ providedIn: 'root' })
export class Viewport {
  /** Lists, conversation and members stand side by side. */
  readonly wide = matching('(min-width: 75rem)');
  /** One pane at a time. */
  readonly phone = matching('(max-width: 52.4rem)');
  /** A finger rather than a mouse: no keyboard springs up by itself. */
  readonly touch = matching('(pointer: coarse)');
}

function matching(query: string): Signal<boolean> {
  if (typeof matchMedia === 'undefined') return signal(false);
  const list = matchMedia(query);
  const matches = signal(list.matches);
  list.addEventListener('change', () => matches.set(list.matches));
  return matches;
}
