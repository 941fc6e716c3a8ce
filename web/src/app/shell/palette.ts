import {
  afterNextRender,
  Component,
  computed,
  ElementRef,
  inject,
  linkedSignal,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { Router } from '@angular/router';
import { Store } from '@ngrx/store';

import { SessionActions } from '../auth/session.actions';
import { byRecency } from '../chats/chat-order';
import { ChatsPageActions } from '../chats/chats.actions';
import { chatName, chatsFeature, otherOf } from '../chats/chats.feature';
import { friendsFeature } from '../friends/friends.feature';
import { Icon, type IconName } from '../shared-ui/icon';
import { returnFocusOnDestroy } from '../shared-ui/return-focus';
import { Tile } from '../shared-ui/tile';

interface Target {
  readonly key: string;
  readonly name: string;
  readonly note: string;
  readonly tile: { readonly id: string; readonly room: boolean } | null;
  readonly icon: IconName;
  readonly run: () => void;
}

const MOST = 12;

/** Ctrl K: jump to a chat, room, person or action by a few letters. */
@Component({
  selector: 'app-palette',
  imports: [Icon, Tile],
  templateUrl: './palette.html',
  host: { '(click)': 'click($event)', '(keydown)': 'key($event)' },
})
export class Palette {
  readonly closed = output();
  readonly newRoom = output();
  readonly newPrivate = output();
  readonly keys = output();

  private readonly store = inject(Store);
  private readonly router = inject(Router);
  private readonly chats = this.store.selectSignal(chatsFeature.selectAll);
  private readonly friends = this.store.selectSignal(friendsFeature.selectAll);
  private readonly me = this.store.selectSignal(chatsFeature.selectOwnId);
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');
  protected readonly text = signal('');
  protected readonly targets = computed(() => {
    const wanted = this.text().trim().toLowerCase();
    return [...this.chatTargets(), ...this.friendTargets(), ...this.actionTargets()]
      .filter((t) => t.name.toLowerCase().includes(wanted))
      .slice(0, MOST);
  });
  protected readonly at = linkedSignal({ source: this.text, computation: () => 0 });

  constructor() {
    returnFocusOnDestroy();
    afterNextRender(() => this.dialog().nativeElement.showModal());
  }

  protected key(event: KeyboardEvent): void {
    const count = this.targets().length;
    if (event.key === 'ArrowDown') this.at.update((at) => (count === 0 ? 0 : (at + 1) % count));
    else if (event.key === 'ArrowUp') this.at.update((at) => (count === 0 ? 0 : (at - 1 + count) % count));
    else if (event.key === 'Enter') this.choose(this.targets()[this.at()]);
    else return;
    event.preventDefault();
  }

  private choose(target: Target | undefined): void {
    if (!target) return;
    this.closed.emit();
    target.run();
  }

  protected click(event: MouseEvent): void {
    if (!(event.target instanceof Element)) return;
    const option = event.target.closest<HTMLElement>('[data-index]');
    if (option) this.choose(this.targets()[Number(option.dataset['index'])]);
    else if (event.target === this.dialog().nativeElement) this.closed.emit();
  }

  private chatTargets(): Target[] {
    return [...this.chats()].sort(byRecency).map(({ id, view }) => ({
      key: id,
      name: chatName(view, this.me()),
      note: view.kind === 'room' ? 'Room' : 'Private chat',
      tile: { id: otherOf(view, this.me())?.id ?? id, room: view.kind === 'room' },
      icon: 'people',
      run: () => void this.router.navigate(['/chats', id]),
    }));
  }

  private friendTargets(): Target[] {
    const talking = new Set(this.chats().map(({ view }) => otherOf(view, this.me())?.id));
    return this.friends()
      .filter(({ person }) => !talking.has(person.id))
      .map(({ person }) => ({
        key: person.id,
        name: person.userName,
        note: 'Friend',
        tile: { id: person.id, room: false },
        icon: 'people',
        run: () => this.store.dispatch(ChatsPageActions.startPrivate({ person })),
      }));
  }

  private actionTargets(): Target[] {
    const action = (name: string, icon: IconName, run: () => void): Target => ({
      key: name,
      name,
      note: '',
      tile: null,
      icon,
      run,
    });
    const go = (url: string) => () => void this.router.navigateByUrl(url);
    return [
      action('Friends', 'people', go('/friends')),
      action('New private chat', 'plus', () => this.newPrivate.emit()),
      action('New room', 'plus', () => this.newRoom.emit()),
      action('Profile and settings', 'gear', go('/profile')),
      action('Keyboard', 'gear', () => this.keys.emit()),
      action('Sign out', 'back', () => this.store.dispatch(SessionActions.signOut())),
    ];
  }
}
