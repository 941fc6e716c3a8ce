/** One page of a keyset list. */
interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string | null;
}

const MOST_PAGES = 50;

/** Walks a keyset list to its end. The next page is asked for by the cursor the server gave, never by arithmetic (B-19). */
export async function allPages<T>(load: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await load(cursor);
    items.push(...answer.items);
    if (!answer.nextCursor) break;
    cursor = answer.nextCursor;
  }
  return items;
}
