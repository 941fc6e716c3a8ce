import { Component, computed, inject, input } from '@angular/core';
import { Store } from '@ngrx/store';

import { Icon } from '../shared-ui/icon';
import { atClock } from '../shared-ui/times';
import { MessagesActions } from './messages.actions';
import type { MessageRow } from './rows';
import { Words } from './words';

/** One message: who, what, when, and whether it arrived. */
@Component({
  selector: 'li[appMessageRow]',
  imports: [Icon, Words],
  templateUrl: './message-row.html',
  host: {
    class: 'row',
    tabindex: '-1',
    '[class.row-first]': 'row().first',
    '[class.row-own]': 'row().own',
    '[class.row-fail]': "row().delivery === 'failed'",
    '[class.show-when]': "row().delivery !== 'none'",
    '[attr.data-key]': 'row().key',
  },
})
export class MessageRowView {
  readonly row = input.required<MessageRow>({ alias: 'appMessageRow' });
  protected readonly clock = computed(() => atClock(this.row().at));
  /** A person who lost the right to write here can only save the words. */
  protected readonly mayRetry = computed(
    () => !['forbidden', 'not-found'].includes(this.row().failure ?? ''),
  );
  private readonly store = inject(Store);

  protected again(): void {
    this.store.dispatch(MessagesActions.sendAgain({ id: this.row().key }));
  }

  protected discard(): void {
    this.store.dispatch(MessagesActions.discard({ id: this.row().key }));
  }

  protected copy(): void {
    void navigator.clipboard.writeText(this.row().text);
  }
}
