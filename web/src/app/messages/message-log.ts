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

/** Most messages in the page at a time, and how many of the newest stand there at first. */
const WINDOW = 200;
const TAIL = 100;
const STEP = 50;
/** Pixels from an edge at which more is fetched. */
const NEAR = 400;
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
  /** First `seq` in the page while somebody reads further up; null follows the newest. */
  private readonly from = signal<number | null>(null);
  private anchor: { element: Element; top: number } | null = null;
  private wantsNew = false;

  private readonly start = computed(() => {
    const items = this.entry().items;
    const from = this.from();
    if (from === null) return Math.max(0, items.length - TAIL);
    const at = items.findIndex((m) => m.seq >= from);
    return at < 0 ? Math.max(0, items.length - TAIL) : at;
  });
  protected readonly shown = computed(() => this.entry().items.slice(this.start(), this.start() + WINDOW));
  private readonly tail = computed(() => this.start() + WINDOW >= this.entry().items.length);

  /** True while the newest line is in sight. */
  readonly atBottom = signal(true);
  /** Where the New divider stands, seen from what one reads. */
  readonly newPlace = signal<'none' | 'above' | 'here' | 'below'>('none');

  protected readonly rows = computed(() =>
    toRows({
      items: this.shown(),
      outgoing: this.tail() ? this.outgoing() : [],
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
    this.from.set(null);
    this.anchor = null;
    this.wantsNew = false;
    this.atBottom.set(true);
    this.talk().nativeElement.scrollTop = 0;
  }

  /** Brings the New divider into sight, fetching what lies between if need be. */
  toNew(): void {
    const { items, atStart, older } = this.entry();
    const after = this.newAfter() ?? 0;
    const first = this.shown()[0]?.seq ?? 0;
    const last = this.shown().at(-1)?.seq ?? 0;
    const beginning = atStart && this.start() === 0;
    this.wantsNew = false;
    if (last <= after) {
      // It stands further down than what is in the page.
      this.seekNew(() => this.from.set(Math.max(items[0]?.seq ?? 0, after - STEP)));
    } else if (first > after + 1 && !beginning && older.state !== 'failed') {
      this.seekNew(() => this.grow());
    } else {
      this.talk().nativeElement.querySelector('.new')?.scrollIntoView({ block: 'center' });
    }
  }

  /** Moves the part in the page, and looks again when it is drawn. */
  private seekNew(move: () => void): void {
    this.wantsNew = true;
    this.atBottom.set(false);
    move();
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
    const atBottom = this.tail() && talk.scrollTop > -BOTTOM;
    this.atBottom.set(atBottom);
    // While somebody reads, nothing leaves the page above them.
    if (atBottom) this.from.set(null);
    else if (this.from() === null) this.from.set(this.shown()[0]?.seq ?? null);
    this.remember();
    this.fill();
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

  /** Fetches more at the edge one comes near to. */
  private fill(): void {
    const talk = this.talk().nativeElement;
    if (talk.scrollHeight - talk.clientHeight + talk.scrollTop < NEAR) this.grow();
    else if (talk.scrollTop > -NEAR && !this.tail())
      this.from.set(this.entry().items[this.start() + STEP]?.seq ?? null);
  }

  /** Shows more above: what is here already first, then what the server has. */
  private grow(): void {
    const { items, atStart, older, load } = this.entry();
    if (load.state !== 'ready') return;
    if (this.start() > 0) {
      if (!this.atBottom()) this.from.set(items[Math.max(0, this.start() - STEP)]?.seq ?? null);
    } else if (!atStart && older.state === 'idle') {
      this.older.emit();
    }
  }

  /** After the page changed: the line that was read stays where it was. */
  private keepLine(): void {
    const talk = this.talk().nativeElement;
    if (this.wantsNew) {
      this.toNew();
      return;
    }
    if (this.atBottom()) {
      talk.scrollTop = 0;
    } else if (this.anchor?.element.isConnected) {
      const moved = this.anchor.element.getBoundingClientRect().top - this.anchor.top;
      if (Math.abs(moved) >= 1) talk.scrollTop += moved;
    }
    this.remember();
    this.fill();
  }

  /** Notes the first line in sight and where it stands. */
  private remember(): void {
    const talk = this.talk().nativeElement;
    const top = talk.getBoundingClientRect().top;
    const element = this.lines().find((line) => line.getBoundingClientRect().bottom > top);
    this.anchor = element ? { element, top: element.getBoundingClientRect().top } : null;
    this.newPlace.set(this.placeOfNew(talk.getBoundingClientRect()));
  }

  private placeOfNew({ top, bottom }: DOMRect): 'none' | 'above' | 'here' | 'below' {
    const after = this.newAfter();
    if (after === null) return 'none';
    const divider = this.talk().nativeElement.querySelector('.new')?.getBoundingClientRect();
    // It may stand outside the part of the chat that is in the page.
    if (!divider) return (this.shown()[0]?.seq ?? 0) > after ? 'above' : 'below';
    return divider.bottom < top ? 'above' : divider.top > bottom ? 'below' : 'here';
  }
}
