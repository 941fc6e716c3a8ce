import { Component, input } from '@angular/core';

import type { PresenceState } from '../api/models';
import { Tile } from './tile';

/** A row of a list about a person or a room: who, a paragraph about it, and what can be done. */
@Component({
  selector: 'li[appEntry]',
  imports: [Tile],
  template: `<app-tile size="l" [name]="name()" [id]="id()" [room]="room()" [presence]="presence()" />
    <div>
      <b>{{ name() }}</b>
      <ng-content select="p" />
    </div>
    <ng-content />`,
  host: { class: 'entry' },
})
export class Entry {
  readonly name = input.required<string>();
  readonly id = input<string>('');
  readonly room = input(false);
  readonly presence = input<PresenceState | null>(null);
}
