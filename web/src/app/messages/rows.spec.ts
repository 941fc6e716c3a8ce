import { ME, message } from '../../testing/fakes';
import { toPieces } from './links';
import { outgoing } from './outgoing';
import { toRows, type MessageRow, type Row } from './rows';

const now = Date.parse('2026-11-23T12:00:00Z');
const at = (iso: string) => ({ sentAt: iso });
const layout = (
  items: ReturnType<typeof message>[],
  more: Partial<Parameters<typeof toRows>[0]> = {},
): Row[] => toRows({ items, outgoing: [], me: ME.id, newAfter: null, now, ...more });
const kinds = (rows: Row[]): string[] =>
  rows.map((r) => (r.kind === 'message' ? (r.first ? 'first' : 'more') : r.kind));
const messages = (rows: Row[]): MessageRow[] => rows.filter((r) => r.kind === 'message');

describe('the ledger', () => {
  it('groups lines of one author that follow closely, and starts anew after a while', () => {
    const rows = layout([
      message(1, at('2026-11-23T09:00:00Z')),
      message(2, at('2026-11-23T09:04:00Z')),
      message(3, at('2026-11-23T09:30:00Z')),
      message(4, { ...at('2026-11-23T09:30:10Z'), sender: ME }),
    ]);
    expect(kinds(rows)).toEqual(['day', 'first', 'more', 'first', 'first']);
  });

  it('divides days by the local calendar and names them', () => {
    const rows = layout([
      message(1, at('2026-11-20T12:00:00Z')),
      message(2, at('2026-11-22T12:00:00Z')),
      message(3, at('2026-11-23T11:00:00Z')),
    ]);
    expect(rows.filter((r) => r.kind === 'day').map((r) => r.label)).toEqual([
      'Friday 20 November',
      'Yesterday',
      'Today',
    ]);
  });

  // Proves: H-29
  it('puts one New divider above the first unread line of somebody else', () => {
    const rows = layout([message(1), message(2, { sender: ME }), message(3), message(4)], { newAfter: 1 });
    expect(kinds(rows)).toEqual(['day', 'first', 'first', 'new', 'first', 'more']);
  });

  it('ticks the newest own line only', () => {
    const rows = layout([message(1, { sender: ME }), message(2), message(3, { sender: ME })]);
    expect(messages(rows).map((r) => r.delivery)).toEqual(['none', 'none', 'sent']);
  });

  // Proves: W-49
  it('shows a message that is both stored and still on its way once', () => {
    const waiting = [
      outgoing('m2', 'c1', 'line 2', '2026-11-23T09:00:02Z'),
      outgoing('x', 'c1', 'later', '2026-11-23T09:00:03Z'),
    ];
    const rows = layout([message(1), message(2, { sender: ME })], { outgoing: waiting });
    expect(messages(rows).map((r) => [r.key, r.delivery])).toEqual([
      ['m1', 'none'],
      ['m2', 'sent'],
      ['x', 'sending'],
    ]);
  });
});

describe('links in a message', () => {
  it('are cut out without the full stop behind them', () => {
    expect(toPieces('See https://example.test/a?b=1. Then go.')).toEqual([
      { text: 'See ', href: null },
      { text: 'https://example.test/a?b=1', href: 'https://example.test/a?b=1' },
      { text: '. Then go.', href: null },
    ]);
  });

  // Proves: B-51
  it.each(['javascript:alert(1)', 'data:text/html,x', '//evil.example', 'file:///etc/passwd'])(
    'are never made of %s',
    (text) => {
      expect(toPieces(text)).toEqual([{ text, href: null }]);
    },
  );
});
