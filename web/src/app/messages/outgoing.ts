import type { Kept } from '../core/kept';

/**
 * A message on its way. Its id was made here and stays the same through every try, reload and reconnect, so the server
 * can tell a repeat from a second message.
 */
export interface Outgoing {
  readonly id: string;
  readonly chatId: string;
  readonly text: string;
  /** When the person pressed Enter, ISO 8601. */
  readonly at: string;
  readonly state: 'queued' | 'sending' | 'stored' | 'failed';
  /** Why it failed, as a sentence. */
  readonly reason: string | null;
  /** Problem kind behind the reason. */
  readonly kind: string | null;
  /** Tries that the server answered with "not now". */
  readonly tries: number;
}

export function outgoing(id: string, chatId: string, text: string, at: string): Outgoing {
  return { id, chatId, text, at, state: 'queued', reason: null, kind: null, tries: 0 };
}

const prefix = (userId: string): string => `securechat.outbox.${userId}.`;

/** Keeps one message, under a key of its own: tabs never overwrite each other's. */
export function keepOutgoing(kept: Kept, userId: string, message: Outgoing): void {
  kept.set(prefix(userId) + message.id, JSON.stringify(message));
}

export function dropOutgoing(kept: Kept, userId: string, id: string): void {
  kept.remove(prefix(userId) + id);
}

/** What an earlier page of this user left, in the order of writing. What was on its way then is queued again. */
export function restoreOutgoing(kept: Kept, userId: string): Outgoing[] {
  return kept
    .keys(prefix(userId))
    .map((key) => parse(kept.get(key)))
    .filter((message) => message !== null)
    .map((message): Outgoing => ({
      ...message,
      state: message.state === 'failed' ? 'failed' : 'queued',
      tries: 0,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function parse(text: string | null): Outgoing | null {
  try {
    const value = JSON.parse(text ?? '') as Partial<Outgoing>;
    return typeof value.id === 'string' && typeof value.chatId === 'string' && typeof value.text === 'string'
      ? { ...outgoing(value.id, value.chatId, value.text, value.at ?? ''), ...value }
      : null;
  } catch {
    return null;
  }
}
