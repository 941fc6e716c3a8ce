import type { MessageView } from '../api/models';
import { dayKey, dayName } from '../shared-ui/times';
import type { Outgoing } from './outgoing';

/** One line of the ledger. */
export type Row = DayRow | NewRow | MessageRow;

export interface DayRow {
  readonly kind: 'day';
  readonly key: string;
  readonly label: string;
}

/** Stands above the first message not yet read when the chat was opened. */
export interface NewRow {
  readonly kind: 'new';
  readonly key: 'new';
}

export interface MessageRow {
  readonly kind: 'message';
  /** The message's id: the line stays the same one while the message goes from sending to sent. */
  readonly key: string;
  readonly seq: number | null;
  readonly author: string;
  readonly own: boolean;
  /** First of a group: carries name and time. */
  readonly first: boolean;
  readonly text: string;
  readonly at: string;
  readonly delivery: 'none' | 'sent' | 'sending' | 'failed';
  readonly reason: string | null;
  readonly failure: string | null;
}

export interface RowsInput {
  readonly items: readonly MessageView[];
  readonly outgoing: readonly Outgoing[];
  readonly me: string;
  /** Messages by others above this `seq` are new; null shows no divider. */
  readonly newAfter: number | null;
  readonly now: number;
}

const GROUP_MINUTES = 5;

/** Lays messages out: a line a message, day dividers, groups by author, at most one New divider, unsent ones at the end. */
export function toRows({ items, outgoing, me, newAfter, now }: RowsInput): Row[] {
  const rows: Row[] = [];
  const stored = new Set(items.map((m) => m.id));
  const newestOwn = items.findLast((m) => m.sender.id === me)?.id;
  let before: MessageRow | null = null;
  let divided = newAfter === null;

  const add = (row: MessageRow): void => {
    if (!before || dayKey(before.at) !== dayKey(row.at)) {
      rows.push({ kind: 'day', key: `day-${dayKey(row.at)}-${row.key}`, label: dayName(row.at, now) });
      before = null;
    }
    if (!divided && row.seq !== null && row.seq > (newAfter ?? 0) && !row.own) {
      rows.push({ kind: 'new', key: 'new' });
      divided = true;
      before = null;
    }
    before = { ...row, first: !follows(before, row) };
    rows.push(before);
  };

  for (const m of items) {
    const own = m.sender.id === me;
    add({
      kind: 'message',
      key: m.id,
      seq: m.seq,
      author: own ? 'You' : m.sender.userName,
      own,
      first: false,
      text: m.text,
      at: m.sentAt,
      delivery: m.id === newestOwn ? 'sent' : 'none',
      reason: null,
      failure: null,
    });
  }
  for (const m of outgoing) {
    if (stored.has(m.id)) continue;
    add({
      kind: 'message',
      key: m.id,
      seq: null,
      author: 'You',
      own: true,
      first: false,
      text: m.text,
      at: m.at,
      delivery: m.state === 'failed' ? 'failed' : m.state === 'stored' ? 'sent' : 'sending',
      reason: m.reason,
      failure: m.kind,
    });
  }
  return rows;
}

function follows(before: MessageRow | null, row: MessageRow): boolean {
  return before?.author === row.author && before.own === row.own && !apart(before.at, row.at);
}

function apart(a: string, b: string): boolean {
  return Math.abs(Date.parse(b) - Date.parse(a)) > GROUP_MINUTES * 60_000;
}
