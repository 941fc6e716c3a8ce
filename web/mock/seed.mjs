// The people and words of the design's pictures, so that a screenshot can be laid beside its mockup.
import { addChat, addUser, befriend, post, ref } from './state.mjs';
import { randomUUID } from 'node:crypto';

export function seed(state) {
  const day = (ago, clock) => {
    const at = new Date(state.now());
    at.setDate(at.getDate() - ago);
    const [h, m] = clock.split(':').map(Number);
    at.setHours(h, m, 0, 0);
    return at;
  };
  const [ilka, mira, teodor, samir, aiko, ines, jonas, lotte, noor, viggo, hedda] = [
    'Ilka Voss',
    'Mira Halonen',
    'Teodor Lind',
    'Samir Okafor',
    'Aiko Brandt',
    'Inês Duarte',
    'Jonas Weil',
    'Lotte Oyelaran',
    'Noor Bakker',
    'Viggo Krantz',
    'Hedda Kovač',
  ].map((name) => addUser(state, name, { email: `${name.split(' ')[0].toLowerCase()}@example.test` }));
  ilka.profile = { age: 34, sex: 'f', location: 'Hamburg' };
  addUser(state, 'carol', { emailVerified: false, permissions: [] });
  for (let i = 1; i <= 30; i++) addUser(state, `user-${String(i).padStart(2, '0')}`);
  for (const friend of [mira, teodor, samir, aiko, ines, jonas, lotte]) befriend(state, ilka, friend);
  for (const [who, presence, at] of [
    [mira, 'online', day(0, '08:00')],
    [teodor, 'online', day(0, '08:00')],
    [samir, 'online', day(0, '08:10')],
    [aiko, 'idle', day(0, '00:12')],
    [ines, 'offline', day(1, '18:20')],
    [jonas, 'offline', day(3, '12:00')],
    [lotte, 'offline', day(14, '12:00')],
  ])
    state.presence.set(who.id, { presence, since: at.toISOString() });
  const request = (requester, requestee, at) =>
    state.requests.push({
      id: randomUUID(),
      requester: ref(requester),
      requestee: ref(requestee),
      state: 'pending',
      createdAt: at.toISOString(),
      modifiedAt: at.toISOString(),
    });
  request(noor, ilka, day(0, '00:05'));
  request(viggo, ilka, day(1, '10:00'));
  request(ilka, hedda, day(3, '10:00'));

  const everybody = [mira, ilka, teodor, samir, aiko, ines, jonas, lotte];
  const deploys = addChat(state, { kind: 'room', name: 'Deploys', owner: mira, members: everybody });
  const say = (chat, who, when, text) => post(state, chat, who, text, { at: when, tell: false });
  for (let i = 0; i < 240; i++)
    say(
      deploys,
      everybody[(i * 3) % 8],
      day(9 - Math.floor(i / 30), '11:00'),
      `Earlier line ${i + 1}, about the roll of a replica.`,
    );
  say(
    deploys,
    teodor,
    day(2, '15:20'),
    'Gateway 1.14 is out on both replicas. Roll took 38 s, nobody dropped.',
  );
  say(deploys, ilka, day(2, '15:22'), 'Seen from here as one blink. Good.');
  say(
    deploys,
    samir,
    day(1, '16:42'),
    'The retention job ran clean on the copy: 41 rooms, nothing it should not have touched.',
  );
  say(deploys, samir, day(1, '16:43'), 'Leaving it on dry run over the weekend.');
  say(
    deploys,
    mira,
    day(0, '00:07'),
    'Morning. The edge certificate renews at 10:00, so expect one reconnect. If yours takes longer than a few seconds I want to know.',
  );
  say(
    deploys,
    ilka,
    day(0, '00:11'),
    'Watching it. I will keep two tabs open, one of them on the train Wi-Fi.',
  );
  deploys.read[ilka.id] = deploys.messages.length;
  say(
    deploys,
    teodor,
    day(0, '00:21'),
    'Renewed. Every socket was back in 1.9 s, none asked for a password.',
  );
  say(deploys, teodor, day(0, '00:22'), 'For the run book: https://example.test/run-book');
  for (const [name, unread] of [
    ['Front desk', 12],
    ['Sunday climbing', 120],
    ['Book club', 0],
    ['Moving the archive to Rostock', 0],
  ]) {
    const room = addChat(state, { kind: 'room', name, owner: mira, members: [mira, ilka, teodor] });
    for (let i = 0; i < Math.max(1, unread); i++) say(room, mira, day(5, '12:00'), `Line ${i + 1}`);
    room.read[ilka.id] = room.messages.length - unread;
  }
  for (const [friend, unread] of [
    [mira, 1],
    [samir, 4],
    [aiko, 0],
    [teodor, 0],
  ]) {
    const chat = addChat(state, { kind: 'private', members: [ilka, friend] });
    for (let i = 0; i < unread + 1; i++) say(chat, friend, day(4, '09:00'), `Hello ${i + 1}`);
    chat.read[ilka.id] = chat.messages.length - unread;
  }
  state.invitations.push({
    id: randomUUID(),
    chatId: addChat(state, { kind: 'room', name: 'Night shift', owner: samir, members: [samir] }).id,
    chatName: 'Night shift',
    inviter: ref(samir),
    inviteeId: ilka.id,
    state: 'pending',
    createdAt: day(0, '00:02').toISOString(),
  });
}
