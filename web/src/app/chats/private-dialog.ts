import { Component, computed, inject, output, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Store } from '@ngrx/store';

import type { PersonRef } from '../api/models';
import { friendsFeature } from '../friends/friends.feature';
import { presenceFeature } from '../presence/presence.feature';
import { Dialog } from '../shared-ui/dialog';
import { Icon } from '../shared-ui/icon';
import { Tile } from '../shared-ui/tile';
import { ChatsPageActions } from './chats.actions';

/** Chooses the friend to write to. */
@Component({
  selector: 'app-private-dialog',
  imports: [Dialog, Icon, RouterLink, Tile],
  template: `
    <app-dialog heading="New private chat" (closed)="closed.emit()">
      @if (none()) {
        <p>
          Private chats are with friends.
          <a routerLink="/friends" (click)="closed.emit()">Add a friend</a> first.
        </p>
      } @else {
        <div class="field">
          <label for="private-find">With</label>
          <div class="searchbar">
            <app-icon name="search" />
            <input
              #find
              class="input"
              id="private-find"
              data-first
              autocomplete="off"
              (input)="text.set(find.value)"
            />
          </div>
        </div>
        <ul class="list dialog-list">
          @for (row of rows(); track row.person.id) {
            <li class="entry">
              <app-tile
                size="l"
                [name]="row.person.userName"
                [id]="row.person.id"
                [presence]="row.presence"
              />
              <div>
                <b>{{ row.person.userName }}</b>
              </div>
              <button
                type="button"
                class="btn"
                [attr.aria-label]="'Message ' + row.person.userName"
                (click)="start(row.person)"
              >
                Message
              </button>
            </li>
          } @empty {
            <li class="entry">
              <p class="said">No friend is called “{{ text() }}”.</p>
            </li>
          }
        </ul>
      }
      <button dialogFoot type="button" class="btn" (click)="closed.emit()">Cancel</button>
    </app-dialog>
  `,
})
export class PrivateDialog {
  readonly closed = output();
  private readonly store = inject(Store);
  private readonly friends = this.store.selectSignal(friendsFeature.selectAll);
  private readonly presences = this.store.selectSignal(presenceFeature.selectKnown);
  protected readonly text = signal('');
  protected readonly none = computed(() => this.friends().length === 0);
  protected readonly rows = computed(() => {
    const wanted = this.text().trim().toLowerCase();
    return this.friends()
      .filter(({ person }) => person.userName.toLowerCase().includes(wanted))
      .map(({ person }) => ({ person, presence: this.presences()[person.id]?.presence ?? null }));
  });

  protected start(person: PersonRef): void {
    this.store.dispatch(ChatsPageActions.startPrivate({ person }));
    this.closed.emit();
  }
}
