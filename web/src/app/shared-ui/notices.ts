import { Injectable, signal } from '@angular/core';

/** A short notice at the edge of the page. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  /** What it is about, so that it can be taken back once that is settled. */
  readonly subject: string | null;
  readonly action: { readonly label: string; readonly run: () => void } | null;
}

const STAYS = 6_000;
const MOST = 3;

/** The toasts now shown. One with an action stays until it is dismissed; the others leave by themselves. */
@Injectable({ providedIn: 'root' })
export class Notices {
  private next = 1;
  private readonly list = signal<readonly Notice[]>([]);
  readonly shown = this.list.asReadonly();

  show(text: string, action: Notice['action'] = null, subject: string | null = null): void {
    const id = this.next++;
    this.list.update((all) =>
      [...all.filter((n) => n.text !== text), { id, text, action, subject }].slice(-MOST),
    );
    if (!action) setTimeout(() => this.dismiss(id), STAYS);
  }

  /** Takes back what was said about `subject`: it is settled. */
  settle(subject: string): void {
    this.list.update((all) => all.filter((n) => n.subject !== subject));
  }

  dismiss(id: number): void {
    this.list.update((all) => all.filter((n) => n.id !== id));
  }
}
