import { inject, Injectable, signal } from '@angular/core';

import { KEPT } from '../core/kept';

/** What has been typed and not sent, per person and chat. It stays in this browser over reload and sign-out. */
@Injectable({ providedIn: 'root' })
export class Drafts {
  private readonly kept = inject(KEPT);
  private userId = '';
  private readonly all = signal<ReadonlyMap<string, string>>(new Map());
  readonly texts = this.all.asReadonly();

  /** Takes up the drafts of one person; another's stay untouched and unseen. */
  open(userId: string): void {
    this.userId = userId;
    const prefix = this.key('');
    const found = this.kept
      .keys(prefix)
      .map((key) => [key.slice(prefix.length), this.kept.get(key) ?? ''] as const);
    this.all.set(new Map(found));
  }

  get(chatId: string): string {
    return this.all().get(chatId) ?? '';
  }

  set(chatId: string, text: string): void {
    if (text === this.get(chatId)) return;
    this.all.update((before) => {
      const after = new Map(before);
      if (text === '') after.delete(chatId);
      else after.set(chatId, text);
      return after;
    });
    if (!this.userId) return;
    if (text === '') this.kept.remove(this.key(chatId));
    else this.kept.set(this.key(chatId), text);
  }

  private key(chatId: string): string {
    return `securechat.draft.${this.userId}.${chatId}`;
  }
}
