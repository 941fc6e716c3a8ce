import { Component, computed, effect, inject, output, signal } from '@angular/core';
import { Store } from '@ngrx/store';

import { describe, fieldError } from '../api/problem';
import { letters } from '../core/letters';
import { NEW_ID } from '../core/ids';
import { Dialog } from '../shared-ui/dialog';
import { Icon } from '../shared-ui/icon';
import { ChatsPageActions } from './chats.actions';
import { chatsFeature } from './chats.feature';

const LONGEST_NAME = 80;

/** Names and creates a room. */
@Component({
  selector: 'app-room-dialog',
  imports: [Dialog, Icon],
  template: `
    <app-dialog heading="New room" (closed)="closed.emit()">
      <form
        id="room-form"
        class="field"
        [class.field-fail]="error()"
        (submit)="$event.preventDefault(); create()"
      >
        <label for="room-name">Name</label>
        <input
          #box
          class="input"
          id="room-name"
          data-first
          autocomplete="off"
          [attr.aria-invalid]="error() !== null"
          aria-describedby="room-name-why"
          (input)="name.set(box.value)"
        />
        <p class="why" id="room-name-why" role="alert">
          @if (error(); as text) {
            <app-icon name="alert" />{{ text }}
          }
        </p>
      </form>
      <p class="hint">You can invite friends as soon as it stands.</p>
      <ng-container dialogFoot>
        <button type="button" class="btn" (click)="closed.emit()">Cancel</button>
        <button type="submit" form="room-form" class="btn btn-main" [disabled]="busy()">Create room</button>
      </ng-container>
    </app-dialog>
  `,
})
export class RoomDialog {
  readonly closed = output();
  private readonly store = inject(Store);
  /** One id for every try from this dialog, so that a repeat after a lost answer makes no second room. */
  private readonly id = inject(NEW_ID)();
  private readonly load = this.store.selectSignal(chatsFeature.selectCreatingRoom);
  private readonly tried = signal(false);
  protected readonly name = signal('');
  protected readonly busy = computed(() => this.tried() && this.load().state === 'loading');
  protected readonly error = computed(() => {
    if (!this.tried()) return null;
    const length = letters(this.name().trim()).length;
    if (length === 0) return 'A room needs a name.';
    if (length > LONGEST_NAME) return `Too long by ${length - LONGEST_NAME}.`;
    const { state, problem } = this.load();
    return state === 'failed' && problem ? (fieldError(problem, '/name') ?? describe(problem)) : null;
  });

  constructor() {
    effect(() => {
      if (this.tried() && this.load().state === 'ready') this.closed.emit();
    });
  }

  protected create(): void {
    this.tried.set(true);
    const name = this.name().trim();
    const length = letters(name).length;
    if (length > 0 && length <= LONGEST_NAME)
      this.store.dispatch(ChatsPageActions.createRoom({ id: this.id, name }));
  }
}
