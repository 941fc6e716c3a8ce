/**
 * One chat as this client knows it, and the rules by which messages enter it. Pure: what comes in may come twice, late, or in
 * any order, over push, sync, page or answer; what stands in `items` is always a gapless run in the order of `seq`.
 */
import type { ChatSync, ChatView, MessageView } from '../api/models';
import { IDLE, LOADING, READY, type Load } from '../core/load';

export interface ChatEntry {
  readonly id: string;
  readonly view: ChatView;
  /** Every message up to here has been counted. */
  readonly upTo: number;
  /** The newest run of messages without a gap, ascending; its last one is `upTo`. Empty until the chat is opened. */
  readonly items: readonly MessageView[];
  /** Messages beyond a gap, ascending, not shown before the gap is filled. */
  readonly held: readonly MessageView[];
  readonly load: Load;
  readonly older: Load;
  /** True when nothing older than `items` exists for us. */
  readonly atStart: boolean;
  readonly syncing: boolean;
  /** The read marker as the server has it; ours (`view.readSeq`) may be ahead while a mark is on its way. */
  readonly ackedRead: number;
}

/** A page asked for with `limit` messages, ascending. */
export interface MessagePage {
  readonly items: readonly MessageView[];
  readonly lastSeq: number;
}

export const PAGE_SIZE = 50;

export function newEntry(view: ChatView): ChatEntry {
  return {
    id: view.id,
    view,
    upTo: view.lastSeq,
    items: [],
    held: [],
    load: IDLE,
    older: IDLE,
    atStart: false,
    syncing: false,
    ackedRead: view.readSeq,
  };
}

/** Whether messages are known to exist that we have not got. */
export function hasGap(entry: ChatEntry): boolean {
  return entry.held.length > 0 || entry.view.lastSeq > entry.upTo;
}

/** A fresh ChatView of the server over what we hold: it never takes the run back, and never skips what it has not got. */
export function mergeView(before: ChatEntry, view: ChatView, me: string): ChatEntry {
  const ours = before.view;
  const entry = { ...before, ackedRead: Math.max(before.ackedRead, view.readSeq) };
  const readSeq = Math.max(ours.readSeq, view.readSeq);
  if (view.lastSeq < ours.lastSeq || readSeq > view.readSeq) {
    // Asked before a push that came in first: what we know of messages is newer.
    const { lastMessage } = ours;
    const lastSeq = Math.max(ours.lastSeq, view.lastSeq);
    return {
      ...entry,
      view: { ...view, readSeq, lastSeq, unread: ours.unread, ...(lastMessage && { lastMessage }) },
    };
  }
  if (entry.load.state === 'idle') {
    return drain({ ...entry, view, upTo: Math.max(entry.upTo, view.lastSeq) }, me);
  }
  return { ...entry, view: { ...view, unread: view.lastSeq === entry.upTo ? view.unread : ours.unread } };
}

/** Takes in one message. The same entry object comes back when it brings nothing new. */
export function receive(entry: ChatEntry, message: MessageView, me: string): ChatEntry {
  if (message.seq <= entry.upTo) return entry;
  if (message.seq > entry.upTo + 1) {
    if (entry.held.some((m) => m.seq === message.seq)) return entry;
    return { ...entry, held: [...entry.held, message].sort((a, b) => a.seq - b.seq) };
  }
  return drain(append(entry, message, me), me);
}

export function receiveAll(entry: ChatEntry, messages: readonly MessageView[], me: string): ChatEntry {
  return messages.reduce((so_far, message) => receive(so_far, message, me), entry);
}

export function startLoad(entry: ChatEntry): ChatEntry {
  return entry.load.state === 'ready' ? entry : { ...entry, load: LOADING };
}

/** The newest page. Pushes that came in while it was on its way stay. */
export function applyNewestPage(entry: ChatEntry, page: MessagePage, me: string): ChatEntry {
  if (entry.load.state === 'ready') return receiveAll(entry, page.items, me);
  const end = page.items.at(-1)?.seq ?? entry.upTo;
  const fresh = entry.items.filter((m) => m.seq > end);
  const unseen = page.items.filter((m) => m.seq > entry.upTo);
  const joined = fresh.length === 0 || fresh[0]?.seq === end + 1;
  const known = joined ? Math.max(entry.upTo, end) : end;
  const loaded: ChatEntry = {
    ...entry,
    items: joined ? [...page.items, ...fresh] : page.items,
    held: joined ? entry.held : merge(entry.held, fresh),
    upTo: fresh.length === 0 ? end : known,
    load: READY,
    older: IDLE,
    atStart: page.items.length < PAGE_SIZE || page.items[0]?.seq === 1,
    view: counted(entry.view, unseen, me),
  };
  return drain(loaded, me);
}

/** A page from before the run. One that does not touch it any more is dropped. */
export function applyOlderPage(entry: ChatEntry, page: MessagePage): ChatEntry {
  const first = entry.items[0]?.seq;
  if (first === undefined) return { ...entry, older: IDLE };
  const older = page.items.filter((m) => m.seq < first);
  const touches = older.length === 0 || older.at(-1)?.seq === first - 1;
  return {
    ...entry,
    items: touches ? [...older, ...entry.items] : entry.items,
    older: IDLE,
    atStart: entry.atStart || page.items.length < PAGE_SIZE || page.items[0]?.seq === 1,
  };
}

/** The hub's catch-up answer. `gone` is the caller's business. */
export function applySync(entry: ChatEntry, sync: ChatSync, me: string): ChatEntry {
  if (sync.status === 'reload') {
    return {
      ...entry,
      items: [],
      held: [],
      upTo: sync.lastSeq,
      load: IDLE,
      older: IDLE,
      atStart: false,
      syncing: false,
    };
  }
  const filled = receiveAll({ ...entry, syncing: false }, sync.messages, me);
  const lastSeq = Math.max(filled.view.lastSeq, sync.lastSeq);
  return confirmRead({ ...filled, view: { ...filled.view, lastSeq } }, sync.readSeq, null, me);
}

/** Moves the read marker forward. Unread is counted from the messages where we have them, else `unread` is taken. */
export function moveReadMarker(
  entry: ChatEntry,
  readSeq: number,
  unread: number | null,
  me: string,
): ChatEntry {
  if (readSeq <= entry.view.readSeq) return entry;
  const first = entry.items[0]?.seq;
  let left = unread ?? entry.view.unread;
  if (readSeq >= entry.upTo) left = 0;
  else if (first !== undefined && first <= readSeq + 1) left = countUnread(entry.items, readSeq, me);
  return { ...entry, view: { ...entry.view, readSeq, unread: left } };
}

/** Moves the read marker to where the server says it is. */
export function confirmRead(entry: ChatEntry, readSeq: number, unread: number | null, me: string): ChatEntry {
  const moved = moveReadMarker(entry, readSeq, unread, me);
  return readSeq > moved.ackedRead ? { ...moved, ackedRead: readSeq } : moved;
}

function countUnread(items: readonly MessageView[], readSeq: number, me: string): number {
  return items.filter((m) => m.seq > readSeq && m.sender.id !== me).length;
}

function append(entry: ChatEntry, message: MessageView, me: string): ChatEntry {
  return {
    ...entry,
    upTo: message.seq,
    items: entry.load.state === 'idle' ? entry.items : [...entry.items, message],
    view: counted(entry.view, [message], me),
  };
}

function counted(view: ChatView, messages: readonly MessageView[], me: string): ChatView {
  const last = messages.at(-1);
  if (!last) return view;
  return {
    ...view,
    lastSeq: Math.max(view.lastSeq, last.seq),
    lastMessage: last,
    unread: view.unread + countUnread(messages, view.readSeq, me),
  };
}

/** Moves held messages that now connect into the run. */
function drain(entry: ChatEntry, me: string): ChatEntry {
  let next = { ...entry, held: entry.held.filter((m) => m.seq > entry.upTo) };
  for (let head = next.held[0]; head?.seq === next.upTo + 1; head = next.held[0]) {
    next = { ...append(next, head, me), held: next.held.slice(1) };
  }
  return next.held.length === entry.held.length ? { ...next, held: entry.held } : next;
}

function merge(a: readonly MessageView[], b: readonly MessageView[]): MessageView[] {
  return [...new Map([...a, ...b].map((m) => [m.seq, m])).values()].sort((x, y) => x.seq - y.seq);
}
