import {
  afterRenderEffect,
  Component,
  computed,
  ElementRef,
  inject,
  input,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';

import type { ChatEntry } from '../chats/chat-entry';
import { NOW } from '../core/clock';
import { MessageRowView } from './message-row';
import type { Outgoing } from './outgoing';
import { toRows } from './rows';

/** Most messages in the page at a time. */
const WINDOW = 200;
const STEP = 50;
/** Pixels from an edge at which more is fetched. */
const NEAR = 600;
const BOTTOM = 24;

/**
 * The ledger. It opens at the newest line, fetches older ones as one scrolls up, and keeps the line one reads where it is,
 * whatever is added above or below it. Every chat has a log of its own: give a new one another chat, not an old one.
 */
@Component({
  selector: 'app-message-log',
  imports: [MessageRowView],
  templateUrl: './message-log.html',
  host: { class: 'log-host' },
})
export class MessageLog {
  readonly entry = input.required<ChatEntry>();
  readonly outgoing = input.required<readonly Outgoing[]>();
  readonly me = input.required<string>();
  readonly name = input.required<string>();
  readonly newAfter = input.required<number | null>();

  readonly older = output();
  /** Escape, and Down on the last line: back to the composer. */
  readonly leave = output();

  private readonly now = inject(NOW);
  private readonly talk = viewChild.required<ElementRef<HTMLElement>>('talk');
  /** Last `seq` in the page; null follows the newest. */
  private readonly end = signal<number | null>(null);
  /** How many messages before the end may be in the page. */
  private readonly size = signal(STEP * 2);
  private readonly low = signal(true);
  private anchor: { element: Element; top: number } | null = null;
  private wantsNew = false;

  /** True while the newest line is in sight. */
  readonly atBottom = computed(() => this.low() && this.end() === null);
  /** Whether the New divider is above what one sees. */
  readonly newAbove = signal(false);

  protected readonly shown = computed(() => {
    const items = this.entry().items;
    const end = this.end();
    const last = end === null ? items.length : items.findLastIndex((m) => m.seq <= end) + 1;
    return items.slice(Math.max(0, last - this.size()), last);
  });
  protected readonly rows = computed(() =>
    toRows({
      items: this.shown(),
      outgoing: this.end() === null ? this.outgoing() : [],
      me: this.me(),
      newAfter: this.newAfter(),
      now: this.now(),
    }),
  );

  constructor() {
    afterRenderEffect(() => {
      this.rows();
      untracked(() => this.keepLine());
    });
  }

  toNewest(): void {
    this.end.set(null);
    this.size.set(STEP * 2);
    this.anchor = null;
    this.talk().nativeElement.scrollTop = 0;
    this.low.set(true);
  }

  /** Brings the New divider into sight, fetching what lies between if need be. */
  toNew(): void {
    const divider = this.talk().nativeElement.querySelector('.new');
    const { items, atStart } = this.entry();
    const covered = atStart || (items[0]?.seq ?? 0) <= (this.newAfter() ?? 0) + 1;
    if (divider && covered && this.shown()[0] === items[0]) {
      this.wantsNew = false;
      divider.scrollIntoView({ block: 'center' });
      return;
    }
    this.wantsNew = true;
    this.grow();
  }

  /** Puts the selection on the newest line. */
  selectNewest(): void {
    this.lines().at(-1)?.focus();
  }

  focus(): void {
    this.talk().nativeElement.focus();
  }

  protected scrolled(): void {
    const talk = this.talk().nativeElement;
    this.low.set(talk.scrollTop > -BOTTOM);
    this.remember();
    const toTop = talk.scrollHeight - talk.clientHeight + talk.scrollTop;
    if (toTop < NEAR) this.grow();
    if (talk.scrollTop > -NEAR) this.follow();
  }

  protected key(event: KeyboardEvent): void {
    const lines = this.lines();
    const at = lines.findIndex((line) => line === document.activeElement);
    if (event.key === 'Escape' || (event.key === 'ArrowDown' && at === lines.length - 1)) {
      this.leave.emit();
    } else if (event.key === 'Home') {
      lines[0]?.focus();
    } else if (event.key === 'End') {
      lines.at(-1)?.focus();
    } else if (event.key === 'ArrowUp') {
      lines[at < 0 ? lines.length - 1 : Math.max(0, at - 1)]?.focus();
    } else if (event.key === 'ArrowDown') {
      lines[at < 0 ? 0 : at + 1]?.focus();
    } else {
      return;
    }
    event.preventDefault();
  }

  private lines(): HTMLElement[] {
    return [...this.talk().nativeElement.querySelectorAll<HTMLElement>('.row')];
  }

  /** Shows more above: what is here already first, then what the server has. */
  private grow(): void {
    const { items, atStart, older, load } = this.entry();
    if (load.state !== 'ready') return;
    if (this.shown()[0] !== items[0]) {
      if (this.size() < WINDOW) this.size.update((n) => Math.min(WINDOW, n + STEP));
      else this.end.set(this.shown().at(-STEP - 1)?.seq ?? null);
    } else if (!atStart && older.state !== 'loading') {
      this.older.emit();
    }
  }

  /** Shows more below, up to the newest. */
  private follow(): void {
    const end = this.end();
    if (end === null) return;
    const items = this.entry().items;
    const next = items[items.findLastIndex((m) => m.seq <= end) + STEP];
    this.end.set(next && next !== items.at(-1) ? next.seq : null);
  }

  /** After the page changed: the line that was read stays where it was. */
  private keepLine(): void {
    const talk = this.talk().nativeElement;
    if (this.wantsNew) {
      this.toNew();
      return;
    }
    if (this.low() && this.end() === null) {
      talk.scrollTop = 0;
    } else if (this.anchor?.element.isConnected) {
      const moved = this.anchor.element.getBoundingClientRect().top - this.anchor.top;
      if (Math.abs(moved) >= 1) talk.scrollTop += moved;
    }
    this.remember();
    if (talk.scrollHeight <= talk.clientHeight + NEAR) this.grow();
  }

  /** Notes the first line in sight and where it stands. */
  private remember(): void {
    const talk = this.talk().nativeElement;
    const top = talk.getBoundingClientRect().top;
    const element = this.lines().find((line) => line.getBoundingClientRect().bottom > top);
    this.anchor = element ? { element, top: element.getBoundingClientRect().top } : null;
    const divider = talk.querySelector('.new');
    this.newAbove.set(this.newAfter() !== null && (!divider || divider.getBoundingClientRect().bottom < top));
  }
}
