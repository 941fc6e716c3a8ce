import type { ChatEntry } from './chat-entry';

const lastAt = (entry: ChatEntry): string => entry.view.lastMessage?.sentAt ?? entry.view.createdAt;

/** Most recent first. */
export function byRecency(a: ChatEntry, b: ChatEntry): number {
  return lastAt(b).localeCompare(lastAt(a)) || a.id.localeCompare(b.id);
}

/** The order to show: `wanted`, or while somebody points into the list, the order they see, with newcomers at the end. */
export function heldOrder(
  shown: readonly string[],
  wanted: readonly string[],
  held: boolean,
): readonly string[] {
  if (!held) return wanted;
  const present = new Set(wanted);
  const kept = shown.filter((id) => present.has(id));
  const known = new Set(kept);
  return [...kept, ...wanted.filter((id) => !known.has(id))];
}

/** A badge never takes more than three letters. */
export const badge = (count: number): string => (count > 99 ? '99+' : String(count));
