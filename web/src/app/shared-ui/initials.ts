import { letters } from '../core/letters';

const TILES = 6;

/** Two letters for a person's tile: of the name's parts when it has some, else its first two. */
export function initials(userName: string): string {
  const parts = userName.split(/[\s._-]+/).filter((part) => part !== '');
  const first =
    parts.length > 1
      ? parts.slice(0, 2).map((part) => letters(part)[0] ?? '')
      : letters(parts[0] ?? '?').slice(0, 2);
  return first.join('').toUpperCase();
}

/** One of the tile colours, always the same for the same id. */
export function tileOf(id: string): number {
  let hash = 0;
  for (const letter of id) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  return hash % TILES;
}
