import { inject, Injectable, signal } from '@angular/core';

import { KEPT } from '../core/kept';

export type ThemeChoice = 'system' | 'light' | 'dark';

const KEY = 'securechat.theme';

/** Light, dark, or what the system says. `theme.js` applies the choice before the first paint. */
@Injectable({ providedIn: 'root' })
export class Theme {
  private readonly kept = inject(KEPT);
  private readonly chosen = signal<ThemeChoice>(read(this.kept.get(KEY)));
  readonly choice = this.chosen.asReadonly();

  choose(choice: ThemeChoice): void {
    this.chosen.set(choice);
    if (choice === 'system') {
      this.kept.remove(KEY);
      delete document.documentElement.dataset['theme'];
    } else {
      this.kept.set(KEY, choice);
      document.documentElement.dataset['theme'] = choice;
    }
  }
}

function read(value: string | null): ThemeChoice {
  return value === 'light' || value === 'dark' ? value : 'system';
}
