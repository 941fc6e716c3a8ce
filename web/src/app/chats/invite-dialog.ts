import { Component, computed, effect, inject, input, output, signal, untracked } from '@angular/core';
import { Store } from '@ngrx/store';

import { allPages } from '../api/all-pages';
import { Api } from '../api/client';
import type { ChatView, PersonRef } from '../api/models';
import { describe } from '../api/problem';
import { friendsFeature } from '../friends/friends.feature';
import { presenceFeature } from '../presence/presence.feature';
import { Dialog } from '../shared-ui/dialog';
import { Entry } from '../shared-ui/entry';
import { Icon } from '../shared-ui/icon';
import { ChatsPageActions } from './chats.actions';
import { chatsFeature, inviteKey } from './chats.feature';

/** Invites friends to a room, one by one; says beside each what came of it. */
@Component({
  selector: 'app-invite-dialog',
  imports: [Dialog, Entry, Icon],
  templateUrl: './invite-dialog.html',
})
export class InviteDialog {
  readonly chat = input.required<ChatView>();
  readonly closed = output();

  private readonly api = inject(Api);
  private readonly store = inject(Store);
  private readonly friends = this.store.selectSignal(friendsFeature.selectAll);
  private readonly presences = this.store.selectSignal(presenceFeature.selectKnown);
  private readonly invites = this.store.selectSignal(chatsFeature.selectInvites);
  private readonly memberIds = signal<ReadonlySet<string>>(new Set());
  protected readonly text = signal('');
  protected readonly none = computed(() => this.friends().length === 0);

  protected readonly rows = computed(() => {
    const wanted = this.text().trim().toLowerCase();
    return this.friends()
      .filter(({ person }) => person.userName.toLowerCase().includes(wanted))
      .map(({ person }) => {
        const outcome = this.invites()[inviteKey(this.chat().id, person.id)];
        return {
          person,
          presence: this.presences()[person.id]?.presence ?? null,
          here: this.memberIds().has(person.id),
          sent: outcome === 'sent',
          sending: outcome === 'sending',
          error: typeof outcome === 'object' ? describe(outcome) : null,
        };
      });
  });

  constructor() {
    effect(() => {
      const { id, members } = this.chat();
      untracked(() => {
        this.memberIds.set(new Set(members.map((m) => m.id)));
        void this.loadMembers(id);
      });
    });
  }

  protected invite(person: PersonRef): void {
    this.store.dispatch(ChatsPageActions.invite({ chatId: this.chat().id, person }));
  }

  /** The chat carries its first hundred members only. */
  private async loadMembers(id: string): Promise<void> {
    if (this.chat().memberCount <= this.chat().members.length) return;
    const all = await allPages((cursor) =>
      this.api.call(
        (c) =>
          c.GET('/api/chats/{id}/members', {
            params: { path: { id }, query: { limit: 100, ...(cursor && { cursor }) } },
          }),
        'background',
      ),
    ).catch(() => []);
    this.memberIds.update((known) => new Set([...known, ...all.map((m) => m.id)]));
  }
}
