import { TestBed } from '@angular/core/testing';

import { FakeKept } from '../../testing/fakes';
import { KEPT } from '../core/kept';
import { Drafts } from './drafts';
import { keepOutgoing, outgoing, restoreOutgoing } from './outgoing';

describe('what stays in the browser', () => {
  it('keeps a draft per chat, over a reload, for its own writer only', () => {
    const kept = new FakeKept();
    const open = (userId: string): Drafts => {
      TestBed.resetTestingModule().configureTestingModule({ providers: [{ provide: KEPT, useValue: kept }] });
      const drafts = TestBed.inject(Drafts);
      drafts.open(userId);
      return drafts;
    };
    const before = open('ilka');
    before.set('c1', 'about Thursday');
    before.set('c2', 'other');
    before.set('c2', '');
    const after = open('ilka');
    expect([after.get('c1'), after.get('c2')]).toEqual(['about Thursday', '']);
    expect([...after.texts().keys()]).toEqual(['c1']);
    expect(open('mira').get('c1')).toBe('');
  });

  // Proves: W-49
  it('restores unsent messages in the order of writing, with the ids they had', () => {
    const kept = new FakeKept();
    keepOutgoing(kept, 'ilka', { ...outgoing('02', 'c1', 'second', '…'), state: 'sending', tries: 2 });
    keepOutgoing(kept, 'ilka', { ...outgoing('01', 'c1', 'first', '…'), state: 'failed', reason: 'No.' });
    keepOutgoing(kept, 'mira', outgoing('00', 'c1', 'not mine', '…'));
    kept.set('securechat.outbox.ilka.03', '{broken');
    expect(restoreOutgoing(kept, 'ilka').map((m) => [m.id, m.state, m.tries])).toEqual([
      ['01', 'failed', 0],
      ['02', 'queued', 0],
    ]);
  });
});
