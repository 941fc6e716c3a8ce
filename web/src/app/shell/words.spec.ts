import { typingWords } from '../messages/status-line';
import { SignInRefused } from '../auth/oidc';
import { words } from '../pages/signed-in';
import { initials, tileOf } from '../shared-ui/initials';
import { when } from '../shared-ui/times';
import { waitingWords } from '../messages/link-band';

describe('the words of the client', () => {
  it('name at most two who type', () => {
    expect(typingWords([])).toBeNull();
    expect(typingWords(['Teodor'])).toEqual({ names: 'Teodor', verb: 'is typing' });
    expect(typingWords(['Teodor', 'Mira'])?.names).toBe('Teodor and Mira');
    expect(typingWords(['Teodor', 'Mira', 'Samir'])?.names).toBe('Teodor and others');
  });

  it('say how many messages wait', () => {
    expect(waitingWords(1, false)).toBe('1 message is waiting and will send by itself.');
    expect(waitingWords(2, false)).toBe('2 messages are waiting and will send by themselves.');
    expect([waitingWords(0, true), waitingWords(1, true), waitingWords(2, true)]).toEqual([
      'What you write is kept.',
      '1 message waiting.',
      '2 messages waiting.',
    ]);
  });

  // Proves: W-42
  it('tell why a sign-in did not succeed', () => {
    expect(words(new SignInRefused('access_denied', null))).toBe('You cancelled the sign-in.');
    expect(words(new SignInRefused('server_error', 'the database is away'))).toContain(
      'The database is away.',
    );
    expect(words(new Error('No matching state found in storage'))).toContain('Start it once more');
  });

  it('say when somebody was last here', () => {
    const now = new Date(2026, 10, 23, 12).getTime();
    expect(when(new Date(2026, 10, 23, 9, 12).toISOString(), now)).toBe('09:12');
    expect(when(new Date(2026, 10, 22, 18, 20).toISOString(), now)).toBe('yesterday at 18:20');
    expect(when(new Date(2026, 10, 19, 9).toISOString(), now)).toBe('on Thursday');
    expect(when(new Date(2026, 10, 9, 9).toISOString(), now)).toBe('on 9 November');
  });

  it('shorten names to two letters and always the same colour', () => {
    expect([initials('Ilka Voss'), initials('noor.b'), initials('alice'), initials('x')]).toEqual([
      'IV',
      'NB',
      'AL',
      'X',
    ]);
    expect(tileOf('some-id')).toBe(tileOf('some-id'));
  });
});
