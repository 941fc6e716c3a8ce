import { Component, output } from '@angular/core';

import { Dialog } from '../shared-ui/dialog';

/** The table of keys. */
@Component({
  selector: 'app-keys-dialog',
  imports: [Dialog],
  template: `
    <app-dialog heading="Keyboard" (closed)="closed.emit()">
      <dl class="keys">
        @for (row of rows; track row.does) {
          <dt>
            @for (key of row.keys; track key) {
              <kbd>{{ key }}</kbd>
            }
          </dt>
          <dd>{{ row.does }}</dd>
        }
      </dl>
      <button dialogFoot type="button" class="btn btn-main" data-first (click)="closed.emit()">Close</button>
    </app-dialog>
  `,
})
export class KeysDialog {
  readonly closed = output();
  protected readonly rows = [
    { keys: ['Ctrl K'], does: 'Jump to a chat, room, person or action' },
    { keys: ['Alt ↑', 'Alt ↓'], does: 'Previous, next chat' },
    { keys: ['Alt Shift ↑', 'Alt Shift ↓'], does: 'Previous, next chat with unread messages' },
    { keys: ['F6', 'Shift F6'], does: 'Next, previous pane' },
    { keys: ['Alt J'], does: 'First unread message; again: the newest' },
    { keys: ['↑'], does: 'In an empty composer: to the newest message' },
    { keys: ['↑', '↓', 'Home', 'End'], does: 'Move among messages' },
    { keys: ['Enter', 'Shift Enter'], does: 'Send, new line' },
    { keys: ['Esc'], does: 'Close, or back to the composer' },
    { keys: ['Ctrl /'], does: 'This table' },
  ];
}
