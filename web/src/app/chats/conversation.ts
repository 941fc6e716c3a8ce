import {
  Component,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Store } from '@ngrx/store';

import { sessionFeature } from '../auth/session.feature';
import { NOW } from '../core/clock';
import { NEW_ID } from '../core/ids';
import { Hub } from '../hub/hub-connection';
import { Composer } from '../messages/composer';
import { MessageLog } from '../messages/message-log';
import { MessagesActions } from '../messages/messages.actions';
import { messagesFeature } from '../messages/messages.feature';
import { StatusLine } from '../messages/status-line';
import { presenceFeature } from '../presence/presence.feature';
import { ConfirmDialog } from '../shared-ui/confirm-dialog';
import { Failed } from '../shared-ui/failed';
import { Icon } from '../shared-ui/icon';
import { Menu } from '../shared-ui/menu';
import { PageVisible } from '../shared-ui/page-visible';
import { Tile } from '../shared-ui/tile';
import { atClock, when } from '../shared-ui/times';
import { Viewport } from '../shared-ui/viewport';
import { Announcer } from '../messages/announcer';
import { ChatsPageActions } from './chats.actions';
import { chatName, chatsFeature, otherOf } from './chats.feature';
import { InviteDialog } from './invite-dialog';
import { MembersPane } from './members-pane';

const TYPING_EVERY = 3_000;

/** One chat or room: its head, its messages, the composer, and on a wide screen its members. */
@Component({
  selector: 'app-conversation',
  imports: [
    Announcer,
    Composer,
    ConfirmDialog,
    Failed,
    Icon,
    InviteDialog,
    MembersPane,
    Menu,
    MessageLog,
    RouterLink,
    StatusLine,
    Tile,
  ],
  templateUrl: './conversation.html',
  host: { class: 'contents', '(document:keydown)': 'key($event)' },
})
export class Conversation {
  /** From the route. */
  readonly id = input.required<string>();

  private readonly store = inject(Store);
  private readonly hub = inject(Hub);
  private readonly newId = inject(NEW_ID);
  private readonly now = inject(NOW);
  private readonly visible = inject(PageVisible).visible;
  private readonly router = inject(Router);
  protected readonly viewport = inject(Viewport);

  protected readonly messageLog = viewChild(MessageLog);
  private readonly composer = viewChild(Composer);
  private readonly entities = this.store.selectSignal(chatsFeature.selectEntities);
  private readonly allOutgoing = this.store.selectSignal(messagesFeature.selectOutgoing);
  private readonly typing = this.store.selectSignal(messagesFeature.selectTyping);
  private readonly presences = this.store.selectSignal(presenceFeature.selectKnown);
  private readonly permissions = this.store.selectSignal(sessionFeature.selectPermissions);
  private readonly list = this.store.selectSignal(chatsFeature.selectLoad);
  protected readonly me = this.store.selectSignal(chatsFeature.selectOwnId);

  protected readonly entry = computed(() => this.entities()[this.id()] ?? null);
  protected readonly missing = computed(() => !this.entry() && this.list().state === 'ready');
  protected readonly room = computed(() => this.entry()?.view.kind === 'room');
  protected readonly name = computed(() => {
    const entry = this.entry();
    return entry ? chatName(entry.view, this.me()) : '';
  });
  protected readonly other = computed(() => {
    const entry = this.entry();
    return entry ? otherOf(entry.view, this.me()) : null;
  });
  protected readonly presence = computed(() => this.presences()[this.other()?.id ?? ''] ?? null);
  protected readonly topic = computed(() => {
    const mark = this.presence();
    if (!mark) return '';
    if (mark.presence === 'online') return 'Online';
    if (!mark.since) return 'Never here yet';
    return `${mark.presence === 'idle' ? 'Idle since' : 'Last here'} ${when(mark.since, this.now())}`;
  });
  protected readonly outgoing = computed(() => this.allOutgoing().filter((m) => m.chatId === this.id()));
  protected readonly typists = computed(() => {
    const names = new Map(this.entry()?.view.members.map((m) => [m.id, m.userName]));
    return (this.typing()[this.id()] ?? []).map((t) => names.get(t.userId) ?? 'Somebody').slice(0, 3);
  });
  protected readonly owner = computed(() => this.entry()?.view.owner === this.me());
  protected readonly mayDelete = computed(
    () => this.room() && (this.owner() || this.permissions().includes('chats.delete')),
  );
  protected readonly mayWrite = computed(() => this.permissions().includes('messages.create'));

  protected readonly membersOpen = signal(this.viewport.wide());
  protected readonly inviting = linkedSignal({ source: this.id, computation: () => false });
  protected readonly asking = linkedSignal<string, 'leave' | 'delete' | null>({
    source: this.id,
    computation: () => null,
  });

  /** Where the New divider stands: what was unread when the chat was opened, or came while nobody looked. */
  protected readonly newAfter = signal<number | null>(null);
  private arrived = 0;
  private lastTyping = 0;

  protected readonly above = computed(() => {
    const count = this.newCount();
    return this.messageLog()?.newPlace() === 'above' && count.length > 0
      ? `${count.length} new since ${atClock(count[0]!.sentAt)}`
      : null;
  });
  protected readonly below = computed(() => {
    if (this.messageLog()?.atBottom() ?? true) return null;
    const unread = this.entry()?.view.unread ?? 0;
    return unread > 0 ? `${unread} newer` : 'Newest';
  });
  private readonly newCount = computed(() => {
    const after = this.newAfter();
    return after === null
      ? []
      : (this.entry()?.items.filter((m) => m.seq > after && m.sender.id !== this.me()) ?? []);
  });

  constructor() {
    effect((onCleanup) => {
      const chatId = this.id();
      this.store.dispatch(ChatsPageActions.open({ chatId }));
      onCleanup(() => this.store.dispatch(ChatsPageActions.close({ chatId })));
      untracked(() => {
        this.arrived = 0;
        this.newAfter.set(null);
      });
    });
    effect(() => this.placeDivider());
    effect(() => this.markRead());
    effect(() => {
      // A finger's keyboard does not spring up by itself.
      const composer = this.composer();
      this.id();
      if (composer && !this.viewport.touch()) untracked(() => composer.focus());
    });
  }

  protected focusComposer(): void {
    this.composer()?.focus();
  }

  protected send(text: string): void {
    this.store.dispatch(
      MessagesActions.send({
        id: this.newId(),
        chatId: this.id(),
        text,
        at: new Date(this.now()).toISOString(),
      }),
    );
    this.newAfter.set(null);
    this.messageLog()?.toNewest();
  }

  protected tellTyping(): void {
    if (this.now() - this.lastTyping < TYPING_EVERY) return;
    this.lastTyping = this.now();
    void this.hub.invoke('Typing', { chatId: this.id() }).catch(() => undefined);
  }

  protected older(): void {
    this.store.dispatch(ChatsPageActions.loadOlder({ chatId: this.id() }));
  }

  protected again(): void {
    this.store.dispatch(ChatsPageActions.loadAgain({ chatId: this.id() }));
  }

  protected confirmed(): void {
    const target = { chatId: this.id(), name: this.name() };
    this.store.dispatch(
      this.asking() === 'delete' ? ChatsPageActions.delete(target) : ChatsPageActions.leave(target),
    );
    this.asking.set(null);
    void this.router.navigateByUrl('/');
  }

  protected key(event: KeyboardEvent): void {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.key.toLowerCase() !== 'j') return;
    event.preventDefault();
    const place = this.messageLog()?.newPlace();
    if (place === 'above' || place === 'below') this.messageLog()?.toNew();
    else this.messageLog()?.toNewest();
  }

  private placeDivider(): void {
    const entry = this.entry();
    if (entry?.load.state !== 'ready') return;
    const seen = this.visible() && (this.messageLog()?.atBottom() ?? true);
    untracked(() => {
      const { readSeq, unread } = entry.view;
      const first = this.arrived === 0;
      if (unread > 0 && (first || (!seen && entry.upTo > this.arrived))) {
        // An older divider gives way only when everything above it has been read.
        const standing = this.newAfter();
        if (standing === null || standing < readSeq) this.newAfter.set(readSeq);
      }
      this.arrived = entry.upTo;
    });
  }

  /** Only what somebody sees is read: the tab is visible and the newest line is in sight. */
  private markRead(): void {
    const entry = this.entry();
    if (entry?.load.state !== 'ready' || !this.visible() || !(this.messageLog()?.atBottom() ?? false)) return;
    const seq = entry.upTo;
    if (seq > entry.view.readSeq)
      untracked(() => this.store.dispatch(ChatsPageActions.markRead({ chatId: entry.id, seq })));
  }
}
