import { Component, computed, inject, output, signal } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';
import { Store } from '@ngrx/store';

import { sessionFeature } from '../auth/session.feature';
import { ChatList } from '../chats/chat-list';
import { badge } from '../chats/chat-order';
import { ChatsApiActions } from '../chats/chats.actions';
import { chatsFeature } from '../chats/chats.feature';
import { linkFeature } from '../hub/link.feature';
import { requestsFeature } from '../requests/requests.feature';
import { Icon } from '../shared-ui/icon';
import { Mark } from '../shared-ui/mark';
import { Tile } from '../shared-ui/tile';

/** The left pane: host, jump field, friends, private chats, rooms, and oneself. */
@Component({
  selector: 'app-nav-pane',
  imports: [ChatList, Icon, Mark, RouterLink, RouterLinkActive, Tile],
  templateUrl: './nav-pane.html',
  host: { class: 'contents' },
})
export class NavPane {
  readonly jump = output();
  readonly newPrivate = output();
  readonly newRoom = output();

  private readonly store = inject(Store);
  private readonly incoming = this.store.selectSignal(requestsFeature.selectIncoming);
  private readonly invitations = this.store.selectSignal(chatsFeature.selectInvitations);
  private readonly pointed = signal(false);
  private readonly focused = signal(false);
  protected readonly host = location.host;
  protected readonly privates = this.store.selectSignal(chatsFeature.selectPrivate);
  protected readonly rooms = this.store.selectSignal(chatsFeature.selectRooms);
  protected readonly load = this.store.selectSignal(chatsFeature.selectLoad);
  protected readonly userName = this.store.selectSignal(sessionFeature.selectUserName);
  protected readonly userId = this.store.selectSignal(sessionFeature.selectUserId);
  protected readonly mayChat = this.store.selectSignal(sessionFeature.selectMayChat);
  protected readonly permissions = this.store.selectSignal(sessionFeature.selectPermissions);
  private readonly link = this.store.selectSignal(linkFeature.selectLink);
  protected readonly online = this.store.selectSignal(linkFeature.selectOnline);
  protected readonly held = computed(() => this.pointed() || this.focused());
  protected readonly news = computed(() => this.incoming().length + this.invitations().length);
  protected readonly newsBadge = computed(() => badge(this.news()));
  protected readonly state = computed(() => {
    if (this.online()) return 'Online';
    return this.link() === 'connecting' ? 'Connecting' : 'Not connected';
  });
  protected readonly mayCreate = computed(() => this.permissions().includes('chats.create'));

  protected point(inside: boolean): void {
    this.pointed.set(inside);
  }

  protected focus(inside: boolean): void {
    this.focused.set(inside);
  }

  protected again(): void {
    this.store.dispatch(ChatsApiActions.refreshLists());
  }
}
