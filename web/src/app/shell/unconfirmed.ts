import { Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Store } from '@ngrx/store';

import { SessionActions } from '../auth/session.actions';
import { sessionFeature } from '../auth/session.feature';
import { NOW } from '../core/clock';
import { Icon } from '../shared-ui/icon';

const PAUSE = 10_000;

/** What somebody sees whose address is not confirmed yet: signed in, and told calmly what is left to do (B-11). */
@Component({
  selector: 'app-unconfirmed',
  imports: [Icon, RouterLink],
  template: `
    <main class="main main-sheet" id="main">
      <header class="head">
        <a class="icon-btn only-phone" routerLink="/" aria-label="Back to chats"><app-icon name="back" /></a>
        <h1>Welcome, {{ userName() }}</h1>
      </header>
      <div class="sheet">
        <div class="empty">
          <h2>One step is left</h2>
          @if (account()?.emailVerified === false) {
            <p>
              A link was sent to <b>{{ account()?.email }}</b>. Open it to confirm the address; then you can
              find friends and write.
            </p>
          } @else {
            <p>Your account has no permission to use chats. Ask whoever runs this server.</p>
          }
          <div class="go">
            <button type="button" class="btn btn-main" (click)="check()">I have confirmed it</button>
            <button type="button" class="btn" [disabled]="confirmation() === 'sending'" (click)="resend()">
              Send the link again
            </button>
          </div>
          <p role="status">
            @if (confirmation() === 'sent') {
              A new link is on its way.
            }
          </p>
        </div>
      </div>
    </main>
  `,
  host: { class: 'contents', '(window:focus)': 'focused()' },
})
export class Unconfirmed {
  private readonly store = inject(Store);
  private readonly now = inject(NOW);
  protected readonly account = this.store.selectSignal(sessionFeature.selectAccount);
  protected readonly userName = this.store.selectSignal(sessionFeature.selectUserName);
  protected readonly confirmation = this.store.selectSignal(sessionFeature.selectConfirmation);

  private checkedAt = 0;

  /** Whoever comes back from the mail wants no button; whoever goes to and fro asks no more than the server needs. */
  protected focused(): void {
    if (this.now() - this.checkedAt > PAUSE) this.check();
  }

  protected check(): void {
    this.checkedAt = this.now();
    this.store.dispatch(SessionActions.checkConfirmation());
  }

  protected resend(): void {
    this.store.dispatch(SessionActions.resendConfirmation());
  }
}
