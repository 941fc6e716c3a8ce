import { Component, input, output } from '@angular/core';

import { Dialog } from './dialog';

/** Asks before something that cannot be undone. Its button says what it does. */
@Component({
  selector: 'app-confirm-dialog',
  imports: [Dialog],
  template: `
    <app-dialog [heading]="heading()" (closed)="cancelled.emit()">
      <p>{{ text() }}</p>
      <ng-container dialogFoot>
        <button type="button" class="btn" data-first (click)="cancelled.emit()">Cancel</button>
        <button type="button" class="btn btn-fail" (click)="confirmed.emit()">{{ verb() }}</button>
      </ng-container>
    </app-dialog>
  `,
})
export class ConfirmDialog {
  readonly heading = input.required<string>();
  readonly text = input.required<string>();
  readonly verb = input.required<string>();
  readonly confirmed = output();
  readonly cancelled = output();
}
