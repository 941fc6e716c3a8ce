/**
 * Where one stands in a keyset list: the cursors of the pages gone through. The page index never becomes an offset, and the
 * length is the server's total, never the row count (B-19).
 */
export interface Pager {
  /** Cursor of each page up to the present one; the first page has none. */
  readonly cursors: readonly (string | null)[];
  readonly next: string | null;
  readonly count: number;
  readonly total: number | null;
}

export const PAGE = 25;

export const FIRST_PAGE: Pager = { cursors: [null], next: null, count: 0, total: null };

export const cursorOf = (pager: Pager): string | null => pager.cursors.at(-1) ?? null;

export function loaded(
  pager: Pager,
  page: { items: readonly unknown[]; nextCursor?: string | null; total?: number },
): Pager {
  return { ...pager, next: page.nextCursor ?? null, count: page.items.length, total: page.total ?? null };
}

export function forward(pager: Pager): Pager {
  return pager.next === null ? pager : { ...pager, cursors: [...pager.cursors, pager.next], next: null };
}

export function back(pager: Pager): Pager {
  return pager.cursors.length === 1 ? pager : { ...pager, cursors: pager.cursors.slice(0, -1), next: null };
}

/** "26–30 of 30". */
export function rangeWords(pager: Pager): string {
  const from = (pager.cursors.length - 1) * PAGE + 1;
  const range = pager.count > 1 ? `${from}–${from + pager.count - 1}` : `${from}`;
  return pager.total === null ? range : `${range} of ${pager.total}`;
}
