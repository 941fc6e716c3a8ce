import { Component, inject } from '@angular/core';
import { Store } from '@ngrx/store';

import type { FriendshipRequestView } from '../api/models';
import { NOW } from '../core/clock';
import { Entry } from '../shared-ui/entry';
import { sinceDay } from '../shared-ui/times';
import { RequestsActions } from './requests.actions';
import { requestsFeature } from './requests.feature';

/** Requests of one's own that wait for an answer. */
@Component({
  selector: 'app-sent-requests',
  imports: [Entry],
  template: `
    <ul class="list" aria-label="Sent by you">
      @for (request of outgoing(); track request.id) {
        <li appEntry [name]="request.requestee.userName" [id]="request.requestee.id">
          <p>Waiting since {{ since(request.createdAt) }}</p>
          <button
            type="button"
            class="btn"
            [disabled]="busy().includes(request.id)"
            [attr.aria-label]="'Withdraw the request to ' + request.requestee.userName"
            (click)="withdraw(request)"
          >
            Withdraw
          </button>
        </li>
      }
    </ul>
  `,
})
export class SentRequests {
  private readonly store = inject(Store);
  private readonly now = inject(NOW);
  protected readonly outgoing = this.store.selectSignal(requestsFeature.selectOutgoing);
  protected readonly busy = this.store.selectSignal(requestsFeature.selectBusy);

  protected since(iso: string): string {
    return sinceDay(iso, this.now());
  }

  protected withdraw(request: FriendshipRequestView): void {
    this.store.dispatch(RequestsActions.answer({ request, answer: 'cancel' }));
  }
}
