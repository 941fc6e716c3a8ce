import { back, cursorOf, FIRST_PAGE, forward, loaded, rangeWords } from './search-pager';

const items = (count: number) => Array.from({ length: count });

describe('paging through people', () => {
  // Proves: H-18, B-19
  it('shows five of thirty on the second page of twenty-five', () => {
    const first = loaded(FIRST_PAGE, { items: items(25), nextCursor: 'x', total: 30 });
    expect(rangeWords(first)).toBe('1–25 of 30');
    const second = loaded(forward(first), { items: items(5), nextCursor: null, total: 30 });
    expect(cursorOf(second)).toBe('x');
    expect(rangeWords(second)).toBe('26–30 of 30');
    expect(forward(second)).toBe(second);
  });

  it('says one of one without a range', () => {
    expect(rangeWords(loaded(FIRST_PAGE, { items: items(1), nextCursor: null, total: 1 }))).toBe('1 of 1');
  });

  // Proves: B-19
  it('goes back by the cursors it came by', () => {
    const third = forward(
      loaded(forward(loaded(FIRST_PAGE, { items: items(25), nextCursor: 'x' })), {
        items: items(25),
        nextCursor: 'y',
      }),
    );
    expect(cursorOf(third)).toBe('y');
    expect(cursorOf(back(third))).toBe('x');
    expect(cursorOf(back(back(third)))).toBeNull();
    expect(back(FIRST_PAGE)).toBe(FIRST_PAGE);
  });
});
