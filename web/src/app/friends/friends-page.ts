import { Component, computed, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Store } from '@ngrx/store';

import type { FriendshipRequestView, InvitationView } from '../api/models';
import { ChatsPageActions } from '../chats/chats.actions';
import { chatsFeature } from '../chats/chats.feature';
import { NOW } from '../core/clock';
import { PeopleSearch } from '../people/people-search';
import { presenceFeature, type PresenceMark } from '../presence/presence.feature';
import { RequestsActions, type Answer } from '../requests/requests.actions';
import { requestsFeature } from '../requests/requests.feature';
import { SentRequests } from '../requests/sent-requests';
import { ConfirmDialog } from '../shared-ui/confirm-dialog';
import { Entry } from '../shared-ui/entry';
import { Failed } from '../shared-ui/failed';
import { Icon } from '../shared-ui/icon';
import { Menu } from '../shared-ui/menu';
import { sinceDay, when } from '../shared-ui/times';
import { Viewport } from '../shared-ui/viewport';
import { LinkBand, linkLost } from '../messages/link-band';
import type { Friend } from './friend';
import { FriendsActions } from './friends.actions';
import { friendsFeature } from './friends.feature';

/** Friends, requests in both directions, room invitations, and the search for people. */
@Component({
  selector: 'app-friends-page',
  imports: [ConfirmDialog, Entry, Failed, Icon, LinkBand, Menu, PeopleSearch, RouterLink, SentRequests],
  templateUrl: './friends-page.html',
  host: { class: 'contents' },
})
export class FriendsPage {
  private readonly store = inject(Store);
  private readonly now = inject(NOW);
  protected readonly viewport = inject(Viewport);
  private readonly presences = this.store.selectSignal(presenceFeature.selectKnown);
  private readonly all = this.store.selectSignal(friendsFeature.selectAll);
  private readonly busy = this.store.selectSignal(requestsFeature.selectBusy);
  private readonly answering = this.store.selectSignal(chatsFeature.selectAnswering);
  protected readonly load = this.store.selectSignal(friendsFeature.selectLoad);
  protected readonly requestsLoad = this.store.selectSignal(requestsFeature.selectLoad);
  protected readonly incoming = this.store.selectSignal(requestsFeature.selectIncoming);
  protected readonly outgoing = this.store.selectSignal(requestsFeature.selectOutgoing);
  protected readonly invitations = this.store.selectSignal(chatsFeature.selectInvitations);
  protected readonly lost = linkLost();
  protected readonly removing = signal<Friend | null>(null);

  protected readonly friends = computed(() =>
    this.all()
      .map((friend) => ({ friend, mark: this.presences()[friend.person.id] ?? null }))
      .sort((a, b) => rank(a.mark) - rank(b.mark)),
  );
  protected readonly summary = computed(() => {
    const counts = new Map<string, number>();
    for (const { mark } of this.friends())
      if (mark) counts.set(mark.presence, (counts.get(mark.presence) ?? 0) + 1);
    return ['online', 'idle', 'offline']
      .filter((p) => counts.has(p))
      .map((p) => `${counts.get(p)} ${p}`)
      .join(', ');
  });

  protected presenceWords(mark: PresenceMark | null): string {
    if (!mark) return '';
    if (mark.presence === 'online') return 'Online';
    if (!mark.since) return 'Never here yet';
    return `${mark.presence === 'idle' ? 'Idle since' : 'Last here'} ${when(mark.since, this.now())}`;
  }

  protected asked(iso: string): string {
    return `asked ${sinceDay(iso, this.now())}`;
  }

  protected waits(id: string): boolean {
    return this.busy().includes(id) || this.answering().includes(id);
  }

  protected answer(request: FriendshipRequestView, answer: Answer): void {
    this.store.dispatch(RequestsActions.answer({ request, answer }));
  }

  protected answerInvitation(invitation: InvitationView, answer: 'accept' | 'decline'): void {
    this.store.dispatch(ChatsPageActions.answerInvitation({ invitation, answer }));
  }

  protected message(friend: Friend): void {
    this.store.dispatch(ChatsPageActions.startPrivate({ person: friend.person }));
  }

  protected remove(): void {
    const friend = this.removing();
    if (friend) this.store.dispatch(FriendsActions.remove({ friend }));
    this.removing.set(null);
  }

  protected again(): void {
    this.store.dispatch(FriendsActions.load());
  }

  protected requestsAgain(): void {
    this.store.dispatch(RequestsActions.load());
  }
}

function rank(mark: PresenceMark | null): number {
  return mark?.presence === 'online' ? 0 : mark?.presence === 'idle' ? 1 : 2;
}
