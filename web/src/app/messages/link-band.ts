import { Component, computed, effect, inject, signal } from '@angular/core';
import { Store } from '@ngrx/store';

import { HubActions } from '../hub/hub.actions';
import { linkFeature } from '../hub/link.feature';
import { messagesFeature } from './messages.feature';
import { Icon } from '../shared-ui/icon';
import { Viewport } from '../shared-ui/viewport';

/** A connection that comes back within this time was never missed. */
const PATIENCE = 1_500;

/** Whether the band has something to say: the connection is gone, and not just for a moment. */
export function linkLost(): () => boolean {
  const store = inject(Store);
  const online = store.selectSignal(linkFeature.selectOnline);
  const link = store.selectSignal(linkFeature.selectLink);
  const late = signal(false);
  effect((onCleanup) => {
    if (online() || link() === 'stopped') {
      late.set(false);
      return;
    }
    const timer = setTimeout(() => late.set(true), PATIENCE);
    onCleanup(() => clearTimeout(timer));
  });
  return computed(() => late() && !online() && link() !== 'stopped');
}

/** The unmissable line that says we are not connected, and what happens with what was written. */
@Component({
  selector: 'app-link-band',
  imports: [Icon],
  template: `
    <div class="link-state" role="status">
      <div class="status">
        <span>
          @if (link() === 'offline') {
            <app-icon name="off" /><b>Offline.</b> <span class="cut">{{ words() }}</span>
            <button type="button" class="link-btn" (click)="tryNow()">Try now</button>
          } @else {
            <app-icon name="loop" /><b>Reconnecting.</b> <span class="cut">{{ words() }}</span>
          }
        </span>
      </div>
    </div>
  `,
})
export class LinkBand {
  private readonly store = inject(Store);
  private readonly waiting = this.store.selectSignal(messagesFeature.selectWaiting);
  private readonly phone = inject(Viewport).phone;
  protected readonly link = this.store.selectSignal(linkFeature.selectLink);
  protected readonly words = computed(() => waitingWords(this.waiting(), this.phone()));

  protected tryNow(): void {
    this.store.dispatch(HubActions.tryNow());
  }
}

export function waitingWords(count: number, short: boolean): string {
  if (short)
    return count === 0
      ? 'What you write is kept.'
      : `${count} ${count === 1 ? 'message' : 'messages'} waiting.`;
  if (count === 0) return 'What you write is kept here and will send by itself.';
  return count === 1
    ? '1 message is waiting and will send by itself.'
    : `${count} messages are waiting and will send by themselves.`;
}
