import { Component, computed, input } from '@angular/core';

import type { PresenceState } from '../api/models';
import { letters } from '../core/letters';
import { initials, tileOf } from './initials';

/** A person's disc or a room's square. Without a presence (unknown) it carries no mark at all. */
@Component({
  selector: 'app-tile',
  template: `{{ text() }}
    @if (presence(); as p) {
      <span class="dot" [class]="'dot-' + p"></span>
    }`,
  host: { 'aria-hidden': 'true', '[class]': 'classes()' },
})
export class Tile {
  readonly name = input.required<string>();
  readonly id = input<string>('');
  readonly room = input(false);
  readonly size = input<'' | 'l' | 'xl'>('');
  readonly presence = input<PresenceState | null>(null);

  protected readonly text = computed(() =>
    this.room() ? (letters(this.name())[0] ?? '#').toUpperCase() : initials(this.name()),
  );
  protected readonly classes = computed(() =>
    ['tile', this.room() ? 'tile-room' : `t${tileOf(this.id())}`, this.size() && `tile-${this.size()}`]
      .filter(Boolean)
      .join(' '),
  );
}
