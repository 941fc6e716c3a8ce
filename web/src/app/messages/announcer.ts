import { Component, effect, input, signal, untracked } from '@angular/core';

import type { MessageView } from '../api/models';

const PACE = 1_000;

/** Speaks new messages by others to a screen reader, at most one sentence a second; what is loaded or own stays silent. */
@Component({
  selector: 'app-announcer',
  template: `<div class="sr" aria-live="polite">{{ words() }}</div>`,
})
export class Announcer {
  readonly items = input.required<readonly MessageView[]>();
  readonly me = input.required<string>();
  protected readonly words = signal('');
  private last: MessageView | null = null;
  private due: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    effect(() => {
      const newest = this.items().at(-1) ?? null;
      const before = this.last;
      this.last = newest;
      if (!newest || before?.chatId !== newest.chatId || newest.seq <= before.seq) return;
      if (newest.sender.id === untracked(this.me)) return;
      clearTimeout(this.due);
      this.due = setTimeout(() => this.speak(`${newest.sender.userName}: ${newest.text}`), PACE);
    });
  }

  /** What was spoken is taken away, so that nobody comes upon it a second time. */
  private speak(sentence: string): void {
    this.words.set(sentence);
    this.due = setTimeout(() => this.words.set(''), PACE);
  }
}
