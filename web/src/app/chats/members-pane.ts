import { Component, computed, effect, inject, input, output, signal, untracked } from '@angular/core';
import { Store } from '@ngrx/store';

import { Api } from '../api/client';
import type { ChatView, MemberView, PresenceState } from '../api/models';
import { linkFeature } from '../hub/link.feature';
import { presenceFeature } from '../presence/presence.feature';
import { Icon } from '../shared-ui/icon';
import { Tile } from '../shared-ui/tile';
import { chatsFeature } from './chats.feature';

/** A room's members: owner first, then the others, those online before those away. */
@Component({
  selector: 'app-members-pane',
  imports: [Icon, Tile],
  templateUrl: './members-pane.html',
  host: { class: 'contents', '(keydown.escape)': 'closed.emit()' },
})
export class MembersPane {
  readonly chat = input.required<ChatView>();
  readonly invite = output();
  readonly closed = output();

  private readonly api = inject(Api);
  private readonly store = inject(Store);
  private readonly presences = this.store.selectSignal(presenceFeature.selectKnown);
  private readonly online = this.store.selectSignal(linkFeature.selectOnline);
  private readonly revisions = this.store.selectSignal(chatsFeature.selectMemberRevisions);
  protected readonly me = this.store.selectSignal(chatsFeature.selectOwnId);
  private readonly members = signal<readonly MemberView[]>([]);
  protected readonly next = signal<string | null>(null);
  protected readonly failed = signal(false);

  private readonly rows = computed(() =>
    this.members()
      .map((member) => ({ ...member, presence: this.presenceOf(member.id) }))
      .sort((a, b) => rank(a.presence) - rank(b.presence) || a.userName.localeCompare(b.userName)),
  );
  protected readonly groups = computed(() => [
    { name: 'Owner', people: this.rows().filter((m) => m.role === 'owner') },
    { name: 'Members', people: this.rows().filter((m) => m.role !== 'owner') },
  ]);

  constructor() {
    effect(() => {
      const id = this.chat().id;
      this.revisions()[id];
      untracked(() => void this.load(id, null));
    });
  }

  protected more(): void {
    void this.load(this.chat().id, this.next());
  }

  protected retry(): void {
    void this.load(this.chat().id, null);
  }

  /** The service names friends only; that we are here ourselves we know. */
  private presenceOf(id: string): PresenceState | null {
    if (id === this.me()) return this.online() ? 'online' : null;
    return this.presences()[id]?.presence ?? null;
  }

  private async load(id: string, cursor: string | null): Promise<void> {
    try {
      const page = await this.api.call(
        (c) =>
          c.GET('/api/chats/{id}/members', {
            params: { path: { id }, query: { limit: 100, ...(cursor && { cursor }) } },
          }),
        'background',
      );
      if (id !== this.chat().id) return;
      this.members.update((before) => (cursor ? [...before, ...page.items] : page.items));
      this.next.set(page.nextCursor ?? null);
      this.failed.set(false);
    } catch {
      this.failed.set(true);
    }
  }
}

function rank(presence: string | null): number {
  return presence === 'online' ? 0 : presence === 'idle' ? 1 : 2;
}
