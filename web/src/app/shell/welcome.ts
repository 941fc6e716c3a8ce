import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Store } from '@ngrx/store';

import { chatsFeature } from '../chats/chats.feature';
import { friendsFeature } from '../friends/friends.feature';
import { LinkBand, linkLost } from '../messages/link-band';

/** The conversation pane before a chat is chosen. */
@Component({
  selector: 'app-welcome',
  imports: [LinkBand, RouterLink],
  template: `
    <main class="main main-sheet" id="main">
      <header class="head"></header>
      <div class="sheet">
        @if (ready()) {
          <div class="empty">
            @if (chats().length > 0) {
              <h1>Choose a chat</h1>
              <p>Or press <kbd>Ctrl K</kbd> and type a few letters of its name.</p>
            } @else {
              <h1>No chats yet</h1>
              <p>
                {{
                  friends().length > 0
                    ? 'Write to a friend, or create a room.'
                    : 'Add a friend, or ask for an invitation.'
                }}
              </p>
              <div class="go"><a class="btn btn-main" routerLink="/friends">Friends</a></div>
            }
          </div>
        }
      </div>
      @if (lost()) {
        <app-link-band />
      }
    </main>
  `,
  host: { class: 'contents' },
})
export class Welcome {
  private readonly store = inject(Store);
  private readonly load = this.store.selectSignal(chatsFeature.selectLoad);
  protected readonly chats = this.store.selectSignal(chatsFeature.selectAll);
  protected readonly friends = this.store.selectSignal(friendsFeature.selectAll);
  protected readonly ready = computed(() => this.load().state === 'ready');
  protected readonly lost = linkLost();
}
