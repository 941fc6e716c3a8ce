import { Component, computed, effect, ElementRef, inject, signal, untracked } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { Title } from '@angular/platform-browser';
import { NavigationEnd, Router, RouterOutlet } from '@angular/router';
import { Store } from '@ngrx/store';
import { filter, map, startWith } from 'rxjs';

import { SessionActions } from '../auth/session.actions';
import { sessionFeature } from '../auth/session.feature';
import { TokenSource } from '../auth/token-source';
import { badge } from '../chats/chat-order';
import { chatName, chatsFeature } from '../chats/chats.feature';
import { PrivateDialog } from '../chats/private-dialog';
import { RoomDialog } from '../chats/room-dialog';
import { Busy } from '../core/busy';
import { linkFeature } from '../hub/link.feature';
import { Drafts } from '../messages/drafts';
import { Failed } from '../shared-ui/failed';
import { KeysDialog } from './keys-dialog';
import { NavPane } from './nav-pane';
import { Palette } from './palette';
import { chatAlong, focusPane } from './panes';
import { Unconfirmed } from './unconfirmed';

type Overlay = 'none' | 'palette' | 'keys' | 'room' | 'private';

/** The frame around every page of a signed-in person, and the keys that work on all of them. */
@Component({
  selector: 'app-shell',
  imports: [Failed, KeysDialog, NavPane, Palette, PrivateDialog, RoomDialog, RouterOutlet, Unconfirmed],
  templateUrl: './shell.html',
  host: { class: 'shell', '(document:keydown)': 'key($event)' },
})
export class Shell {
  private readonly store = inject(Store);
  private readonly router = inject(Router);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  protected readonly busy = inject(Busy).active;
  protected readonly overlay = signal<Overlay>('none');

  private readonly url = toSignal(
    this.router.events.pipe(
      filter((event) => event instanceof NavigationEnd),
      map((event) => event.urlAfterRedirects),
      startWith(this.router.url),
    ),
    { requireSync: true },
  );
  private readonly account = this.store.selectSignal(sessionFeature.selectAccount);
  private readonly mayChat = this.store.selectSignal(sessionFeature.selectMayChat);
  private readonly userId = this.store.selectSignal(sessionFeature.selectUserId);
  private readonly unread = this.store.selectSignal(chatsFeature.selectUnreadTotal);
  private readonly open = this.store.selectSignal(chatsFeature.selectOpen);
  private readonly openId = this.store.selectSignal(chatsFeature.selectOpenId);
  private readonly me = this.store.selectSignal(chatsFeature.selectOwnId);
  protected readonly load = this.store.selectSignal(sessionFeature.selectLoad);
  protected readonly online = this.store.selectSignal(linkFeature.selectOnline);

  private readonly path = computed(() => this.url().split(/[?#]/)[0] ?? '/');
  protected readonly view = computed(() => (this.path() === '/' ? 'list' : 'talk'));
  /** An unconfirmed person sees the notice instead of every page but the profile. */
  protected readonly blocked = computed(
    () => this.account() !== null && !this.mayChat() && this.path() !== '/profile',
  );

  constructor() {
    // The store of a signed-in person begins here, where all its parts are present to hear of it.
    const identity = inject(TokenSource).identity;
    if (identity) this.store.dispatch(SessionActions.signedIn({ identity }));
    const title = inject(Title);
    const drafts = inject(Drafts);
    effect(() => {
      const chat = this.open();
      const page = { '/friends': 'Friends', '/profile': 'Your profile' }[this.path()];
      const name = page ?? (chat ? chatName(chat.view, this.me()) : null);
      const count = this.unread() > 0 ? `(${badge(this.unread())}) ` : '';
      title.setTitle(count + (name ? `${name} · SecureChat` : 'SecureChat'));
    });
    effect(() => {
      const userId = this.userId();
      if (userId) untracked(() => drafts.open(userId));
    });
    this.returnFocus();
  }

  protected again(): void {
    this.store.dispatch(SessionActions.loadAccount());
  }

  protected skip(event: Event): void {
    event.preventDefault();
    const target = this.host.querySelector<HTMLElement>(
      '[data-pane="composer"], [data-pane="messages"], #main a, #main button',
    );
    target?.focus();
  }

  protected key(event: KeyboardEvent): void {
    const ctrl = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (ctrl && event.key.toLowerCase() === 'k')
      this.overlay.update((now) => (now === 'palette' ? 'none' : 'palette'));
    else if (ctrl && event.key === '/') this.overlay.set('keys');
    else if (event.key === 'F6' && !ctrl && !event.altKey) {
      if (!focusPane(event.shiftKey ? -1 : 1)) return;
    } else if (event.altKey && !event.ctrlKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      const id = chatAlong(event.key === 'ArrowDown' ? 1 : -1, event.shiftKey);
      if (id) void this.router.navigate(['/chats', id]);
    } else return;
    event.preventDefault();
  }

  /** Back on the list, focus stands on the chat one came from. */
  private returnFocus(): void {
    let last: string | null = null;
    effect(() => {
      const id = this.openId();
      if (id) last = id;
    });
    effect(() => {
      if (this.view() !== 'list' || !last) return;
      const id = last;
      setTimeout(() =>
        this.host.querySelector<HTMLElement>(`[data-chat="${id}"]`)?.focus({ preventScroll: true }),
      );
    });
  }
}
