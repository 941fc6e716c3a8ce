import { chatView, message } from '../../testing/fakes';
import { newEntry } from './chat-entry';
import { badge, byRecency, heldOrder } from './chat-order';
import { chatName, otherOf } from './chats.feature';

describe('the lists of chats', () => {
  it('put the latest words first', () => {
    const old = newEntry(chatView({ id: 'a', lastMessage: message(1) }));
    const fresh = newEntry(chatView({ id: 'b', lastMessage: message(9) }));
    expect([old, fresh].sort(byRecency).map((c) => c.id)).toEqual(['b', 'a']);
  });

  it('keep their order while somebody points at them, take newcomers at the end and drop what is gone', () => {
    expect(heldOrder(['a', 'b', 'c'], ['c', 'd', 'a'], true)).toEqual(['a', 'c', 'd']);
    expect(heldOrder(['a', 'b', 'c'], ['c', 'd', 'a'], false)).toEqual(['c', 'd', 'a']);
  });

  it('never show more than 99+', () => {
    expect([badge(1), badge(99), badge(100)]).toEqual(['1', '99', '99+']);
  });

  it('name a private chat by the other person, a room by itself', () => {
    expect(chatName(chatView(), 'me')).toBe('bob');
    expect(chatName(chatView({ kind: 'room', name: 'Deploys' }), 'me')).toBe('Deploys');
    expect(otherOf(chatView({ kind: 'room', name: 'Deploys' }), 'me')).toBeNull();
  });
});
