import { chatView, ME, message, run } from '../../testing/fakes';
import {
  applyNewestPage,
  applyOlderPage,
  applySync,
  confirmRead,
  hasGap,
  mergeView,
  moveReadMarker,
  newEntry,
  PAGE_SIZE,
  receive,
  receiveAll,
  startLoad,
  type ChatEntry,
} from './chat-entry';

const me = ME.id;
const seqs = (entry: ChatEntry): number[] => entry.items.map((m) => m.seq);

/** A chat with messages 1..to on the screen, all read. */
function opened(to: number): ChatEntry {
  const view = chatView({ lastSeq: to, readSeq: to });
  return applyNewestPage(startLoad(newEntry(view)), { items: run(1, to), lastSeq: to }, me);
}

/** Small, seeded, and the same on every machine. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const list = [...items];
  let state = seed;
  for (let i = list.length - 1; i > 0; i--) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    const j = state % (i + 1);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}

describe('messages coming in', () => {
  // Proves: W-49, H-29
  it('stand in the order of seq whatever order they come in, once each, however often they come', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const arriving = shuffled([...run(4, 23), ...run(4, 23), ...run(1, 10)], seed);
      const entry = receiveAll(opened(3), arriving, me);
      expect(seqs(entry)).toEqual(run(1, 23).map((m) => m.seq));
      expect(entry.view.unread).toBe(20);
      expect(hasGap(entry)).toBe(false);
    }
  });

  // Proves: W-49
  it('beyond a gap are held back, not shown out of order, and make the gap known', () => {
    const entry = receive(opened(3), message(6), me);
    expect(seqs(entry)).toEqual([1, 2, 3]);
    expect(hasGap(entry)).toBe(true);
    expect(entry.view.unread).toBe(0);
  });

  // Proves: W-49
  it('fill the gap after a sync and bring the held ones with them', () => {
    const gapped = receive(opened(3), message(6), me);
    const entry = applySync(
      gapped,
      { chatId: 'c1', status: 'complete', messages: run(4, 6), lastSeq: 6, readSeq: 3 },
      me,
    );
    expect(seqs(entry)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(hasGap(entry)).toBe(false);
    expect(entry.view.unread).toBe(3);
  });

  it('that bring nothing new give back the very same entry', () => {
    const entry = opened(3);
    expect(receive(entry, message(2), me)).toBe(entry);
    const gapped = receive(entry, message(9), me);
    expect(receive(gapped, message(9), me)).toBe(gapped);
  });

  // Proves: H-29, A-09
  it('count as unread when others wrote them, and never when I did', () => {
    const entry = receiveAll(opened(3), [message(4), message(5, { sender: ME }), message(6)], me);
    expect(entry.view.unread).toBe(2);
  });

  // Proves: H-29
  it('count in a chat that was never opened, without being stored', () => {
    const entry = receiveAll(newEntry(chatView({ lastSeq: 10, readSeq: 10 })), run(11, 14), me);
    expect(entry.items).toEqual([]);
    expect(entry.view.unread).toBe(4);
    expect(entry.view.lastMessage?.seq).toBe(14);
  });
});

describe('loading the newest page', () => {
  // Proves: W-49
  it('keeps what was pushed while the page was on its way', () => {
    const loading = startLoad(newEntry(chatView({ lastSeq: 60, readSeq: 60 })));
    const pushed = receiveAll(loading, run(61, 63), me);
    const entry = applyNewestPage(pushed, { items: run(12, 61), lastSeq: 61 }, me);
    expect(seqs(entry)).toEqual(run(12, 63).map((m) => m.seq));
    expect(entry.view.unread).toBe(3);
    expect(entry.atStart).toBe(false);
  });

  it('counts what only the page told us', () => {
    const loading = startLoad(newEntry(chatView({ lastSeq: 5, readSeq: 5 })));
    const entry = applyNewestPage(loading, { items: run(1, 8), lastSeq: 8 }, me);
    expect(entry.view.unread).toBe(3);
    expect(entry.upTo).toBe(8);
  });

  it('knows the beginning when the page is short', () => {
    expect(opened(3).atStart).toBe(true);
  });

  it('asks for what lies between when page and pushes do not meet', () => {
    const loading = startLoad(newEntry(chatView({ lastSeq: 60, readSeq: 60 })));
    const odd = { ...receive(loading, message(61), me), items: [message(70)], upTo: 70 };
    const entry = applyNewestPage(odd, { items: run(12, 61), lastSeq: 61 }, me);
    expect(seqs(entry).at(-1)).toBe(61);
    expect(hasGap(entry)).toBe(true);
  });
});

describe('older pages', () => {
  it('go before what is there, without a seam', () => {
    const view = chatView({ lastSeq: 100, readSeq: 100 });
    const newest = applyNewestPage(startLoad(newEntry(view)), { items: run(51, 100), lastSeq: 100 }, me);
    const entry = applyOlderPage(newest, { items: run(1, PAGE_SIZE), lastSeq: 100 });
    expect(seqs(entry)).toEqual(run(1, 100).map((m) => m.seq));
    expect(entry.atStart).toBe(true);
  });

  it('that no longer touch what is there are dropped', () => {
    const view = chatView({ lastSeq: 200, readSeq: 200 });
    const newest = applyNewestPage(startLoad(newEntry(view)), { items: run(151, 200), lastSeq: 200 }, me);
    expect(seqs(applyOlderPage(newest, { items: run(1, 50), lastSeq: 200 }))[0]).toBe(151);
  });
});

describe('a sync that says reload', () => {
  // Proves: W-49
  it('empties the chat, so that it is loaded anew and never shown with a hole', () => {
    const entry = applySync(
      opened(3),
      { chatId: 'c1', status: 'reload', messages: [], lastSeq: 500, readSeq: 3 },
      me,
    );
    expect(entry.load.state).toBe('idle');
    expect(entry.items).toEqual([]);
    expect(entry.upTo).toBe(500);
  });
});

describe('the read marker', () => {
  // Proves: H-29, A-09
  it('clears the badge when it reaches the newest, and counts the rest when it does not', () => {
    const entry = receiveAll(opened(3), run(4, 8), me);
    expect(moveReadMarker(entry, 8, null, me).view.unread).toBe(0);
    expect(moveReadMarker(entry, 6, null, me).view.unread).toBe(2);
  });

  it('never goes back', () => {
    const entry = moveReadMarker(receiveAll(opened(3), run(4, 8), me), 8, null, me);
    expect(moveReadMarker(entry, 5, 3, me)).toBe(entry);
  });

  it('of another tab is trusted by position, not by a number that may be older than what we have', () => {
    const entry = receiveAll(opened(3), run(4, 8), me);
    expect(confirmRead(entry, 8, 2, me).view.unread).toBe(0);
  });

  it('made here waits for the server to confirm it', () => {
    const marked = moveReadMarker(receiveAll(opened(3), run(4, 5), me), 5, null, me);
    expect(marked.ackedRead).toBe(3);
    expect(confirmRead(marked, 5, 0, me).ackedRead).toBe(5);
  });
});

describe('a list entry that comes anew', () => {
  // Proves: H-29
  it('corrects the badge of a chat that is up to date', () => {
    const entry = { ...newEntry(chatView({ lastSeq: 5, readSeq: 2, unread: 9 })) };
    expect(mergeView(entry, chatView({ lastSeq: 7, readSeq: 2, unread: 5 }), me).view.unread).toBe(5);
  });

  it('does not undo what a push told us after it was asked for', () => {
    const entry = receiveAll(newEntry(chatView({ lastSeq: 5, readSeq: 5 })), run(6, 7), me);
    const merged = mergeView(
      entry,
      chatView({ lastSeq: 6, readSeq: 5, unread: 1, version: 2, name: 'Renamed' }),
      me,
    );
    expect(merged.view).toMatchObject({ unread: 2, lastSeq: 7, name: 'Renamed' });
    expect(merged.view.lastMessage?.seq).toBe(7);
  });

  // Proves: W-49
  it('shows a gap when the server is ahead of an open chat', () => {
    const merged = mergeView(opened(3), chatView({ lastSeq: 9, readSeq: 3, unread: 6 }), me);
    expect(hasGap(merged)).toBe(true);
    expect(seqs(merged)).toEqual([1, 2, 3]);
  });
});
