import { Component, computed, inject, input, linkedSignal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Store } from '@ngrx/store';

import { Drafts } from '../messages/drafts';
import { presenceFeature } from '../presence/presence.feature';
import { Tile } from '../shared-ui/tile';
import type { ChatEntry } from './chat-entry';
import { badge, byRecency, heldOrder } from './chat-order';
import { chatName, chatsFeature, otherOf } from './chats.feature';

/** The rows of one list: private chats or rooms. */
@Component({
  selector: 'app-chat-list',
  imports: [RouterLink, Tile],
  template: `
    <ul>
      @for (row of rows(); track row.id) {
        <li>
          <a
            class="item"
            [class.item-new]="row.unread > 0"
            [routerLink]="['/chats', row.id]"
            [attr.aria-current]="row.open ? 'page' : null"
            [attr.data-chat]="row.id"
          >
            <app-tile [name]="row.name" [id]="row.personId" [room]="row.room" [presence]="row.presence" />
            <span class="cut">{{ row.name }}</span>
            @if (row.presence) {
              <span class="sr">, {{ row.presence }}</span>
            }
            @if (row.unread > 0) {
              <span class="count">{{ row.badge }}<span class="sr"> unread</span></span>
            } @else if (row.draft) {
              <span class="draft">Draft</span>
            }
          </a>
        </li>
      }
    </ul>
  `,
})
export class ChatList {
  readonly chats = input.required<readonly ChatEntry[]>();
  /** True while pointer or focus is inside the lists: then nothing changes place. */
  readonly held = input.required<boolean>();

  private readonly store = inject(Store);
  private readonly drafts = inject(Drafts).texts;
  private readonly me = this.store.selectSignal(chatsFeature.selectOwnId);
  private readonly openId = this.store.selectSignal(chatsFeature.selectOpenId);
  private readonly presences = this.store.selectSignal(presenceFeature.selectKnown);

  private readonly order = linkedSignal<{ wanted: readonly string[]; held: boolean }, readonly string[]>({
    source: () => ({ wanted: [...this.chats()].sort(byRecency).map((c) => c.id), held: this.held() }),
    computation: ({ wanted, held }, before) => heldOrder(before?.value ?? [], wanted, held),
  });
  protected readonly rows = computed(() => {
    const entries = new Map(this.chats().map((c) => [c.id, c]));
    return this.order()
      .map((id) => entries.get(id))
      .filter((entry) => entry !== undefined)
      .map((entry) => this.toRow(entry));
  });

  private toRow({ id, view }: ChatEntry) {
    const personId = otherOf(view, this.me())?.id ?? '';
    const open = id === this.openId();
    return {
      id,
      personId,
      name: chatName(view, this.me()),
      room: view.kind === 'room',
      unread: view.unread,
      badge: badge(view.unread),
      draft: !open && (this.drafts().get(id) ?? '') !== '',
      presence: this.presences()[personId]?.presence ?? null,
      open,
    };
  }
}
