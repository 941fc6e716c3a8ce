// The walk of screens.mjs, step by step. Each starts with an empty browser and a fresh double.
import assert from 'node:assert/strict';

import { addChat, befriend, post } from './state.mjs';

/** Signs in by the double's list of names, wanting `path`. */
export async function signIn({ page, mock }, path = '/', who = 'Ilka Voss') {
  await page.goto(mock.origin + path);
  await page.getByRole('link', { name: who, exact: true }).click();
  await page.locator('.me').waitFor({ state: 'attached' });
}

const user = (mock, name) => mock.state.users.find((u) => u.userName === name);
const room = (mock, name) => mock.state.chats.find((c) => c.name === name);
const composer = (page) => page.getByRole('textbox', { name: /^Message / });
const online = (page) => page.locator('.frame:not([data-link])').waitFor({ state: 'attached' });
const until = async (check, what) => {
  for (let i = 0; i < 100; i++) {
    if (await check()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.fail(`never came true: ${what}`);
};

export const steps = [
  {
    name: 'a stranger who wants a deep link signs in and stands there; a reload stays signed in',
    async run({ page, mock, shot, phone, ...world }) {
      const deploys = room(mock, 'Deploys');
      await signIn({ page, mock, ...world }, `/chats/${deploys.id}`);
      await page.getByRole('heading', { name: 'Deploys' }).waitFor();
      await page.getByText('For the run book').waitFor();
      await online(page);
      assert.equal(new URL(page.url()).pathname, `/chats/${deploys.id}`);
      await page.waitForTimeout(300);
      await shot('chat');
      await page.reload();
      await page.getByText('For the run book').waitFor();
      assert.equal(new URL(page.url()).pathname, `/chats/${deploys.id}`);
      assert.equal(
        await page.evaluate(() =>
          JSON.stringify([{ ...localStorage }, { ...sessionStorage }]).includes('refresh_token'),
        ),
        false,
      );
      if (!phone) assert.equal(await composer(page).evaluate((box) => box === document.activeElement), true);
    },
  },
  {
    name: 'friends: requests, invitations, friends; search pages, adds, and says why not',
    async run({ page, mock, shot, ...world }) {
      await signIn({ page, mock, ...world }, '/friends');
      await page.getByRole('list', { name: 'Friends' }).getByText('Mira Halonen').waitFor();
      await online(page);
      await shot('friends');
      await page.getByLabel('Add a friend').fill('user-');
      await page.getByRole('button', { name: 'Search' }).click();
      await page.getByText('1–25 of 30').waitFor();
      await page.getByRole('button', { name: 'Next' }).click();
      await page.getByText('26–30 of 30').waitFor();
      assert.equal(await page.getByRole('list', { name: 'People found' }).getByRole('listitem').count(), 5);
      await page.getByRole('button', { name: 'Add user-26' }).click();
      await page.getByText('You asked user-26 to be your friend.').waitFor();
      mock.state.requests.push({
        ...mock.state.requests.at(-1),
        id: 'x',
        requestee: { id: user(mock, 'user-27').id, userName: 'user-27' },
      });
      await page.getByRole('button', { name: 'Add user-27' }).click();
      await page.getByText('You have asked user-27 already.').waitFor();
      await shot('friends-search');
      await page.getByLabel('Add a friend').fill('terodor');
      await page.getByRole('button', { name: 'Search' }).click();
      await page.getByText('Nobody is called “terodor”').waitFor();
      await page.getByRole('button', { name: 'Accept Noor Bakker' }).click();
      await page.getByText('You and Noor Bakker are friends now.').waitFor();
      await page.getByRole('list', { name: 'Friends' }).getByText('Noor Bakker').waitFor();
      await page.getByRole('button', { name: 'Decline Viggo Krantz' }).click();
      await page.getByText('You declined Viggo Krantz’s request.').waitFor();
      await page.getByRole('button', { name: 'Join Night shift' }).click();
      await until(
        () => page.locator('.item', { hasText: 'Night shift' }).count(),
        'the joined room in the list',
      );
      await page.getByRole('button', { name: 'Withdraw the request to Hedda Kovač' }).click();
      await page.getByText('You withdrew your request to Hedda Kovač.').waitFor();
      await page.getByRole('button', { name: 'More for Lotte Oyelaran' }).click();
      await page.getByRole('menuitem', { name: 'Remove friend' }).click();
      await shot('confirm');
      await page.getByRole('dialog').getByRole('button', { name: 'Remove friend' }).click();
      await page.getByText('You removed Lotte Oyelaran as a friend.').waitFor();
      assert.equal(await page.getByRole('list', { name: 'Friends' }).getByText('Lotte Oyelaran').count(), 0);
    },
  },
  {
    name: 'live: presence changes, a friend comes and goes, a message counts and opening clears it',
    async run({ page, mock, shot, phone, ...world }) {
      await signIn({ page, mock, ...world }, '/');
      await page.locator('.item', { hasText: 'Teodor Lind' }).waitFor();
      await online(page);
      await shot('home');
      const teodor = user(mock, 'Teodor Lind');
      const row = page.locator('.item', { hasText: 'Teodor Lind' });
      await row.locator('.dot-online').waitFor();
      const { setPresence } = await import('./state.mjs');
      setPresence(mock.state, teodor.id, 'idle');
      await row.locator('.dot-idle').waitFor();
      setPresence(mock.state, teodor.id, 'offline');
      await row.locator('.dot-offline').waitFor();
      const chat = mock.state.chats.find(
        (c) => c.kind === 'private' && c.members.some((m) => m.id === teodor.id),
      );
      chat.read[user(mock, 'Ilka Voss').id] = chat.messages.length;
      await row.click();
      await page.getByRole('heading', { name: 'Teodor Lind' }).waitFor();
      if (phone) await page.getByRole('link', { name: 'Back to chats' }).click();
      else await page.locator('.host').click();
      for (const text of ['One', 'Two', 'Three']) post(mock.state, chat, teodor, text);
      await row.locator('.count', { hasText: '3' }).waitFor();
      await row.click();
      await page.getByText('Three', { exact: true }).waitFor();
      await page.locator('.new').waitFor();
      await until(
        () => chat.read[user(mock, 'Ilka Voss').id] === chat.messages.length,
        'the read marker at the newest',
      );
      await until(async () => (await row.locator('.count').count()) === 0, 'the badge is gone');
    },
  },
  {
    name: 'offline: what is written waits, goes out once and in order, and what was missed comes in',
    async run({ page, mock, shot, ...world }) {
      const deploys = room(mock, 'Deploys');
      await signIn({ page, mock, ...world }, `/chats/${deploys.id}`);
      await page.getByText('For the run book').waitFor();
      await online(page);
      await composer(page).fill('Before the tunnel');
      await composer(page).press('Enter');
      await page
        .locator('.row', { hasText: 'Before the tunnel' })
        .getByText('Sent', { exact: true })
        .waitFor({ state: 'attached' });
      mock.state.faults.hubDown = true;
      mock.sockets.cut();
      await page.getByText('Offline.').or(page.getByText('Reconnecting.')).first().waitFor();
      for (const text of ['First from the dark', 'Second from the dark']) {
        await composer(page).fill(text);
        await composer(page).press('Enter');
      }
      post(mock.state, deploys, user(mock, 'Mira Halonen'), 'Missed by the traveller', { tell: false });
      await page.getByText(/2 messages (are )?waiting/).waitFor();
      await composer(page).fill('Typing goes on as usual');
      assert.equal(
        await page.locator('.dot').evaluateAll((dots) => dots.filter((d) => d.offsetParent !== null).length),
        0,
      );
      await until(() => page.getByText('Offline.').count(), 'the offline band');
      await shot('offline');
      mock.state.faults.hubDown = false;
      await page.getByRole('button', { name: 'Try now' }).click();
      await until(() => deploys.messages.at(-1).text === 'Second from the dark', 'both sent');
      const texts = deploys.messages.slice(-4).map((m) => m.text);
      assert.deepEqual(texts, [
        'Before the tunnel',
        'Missed by the traveller',
        'First from the dark',
        'Second from the dark',
      ]);
      await page.getByText('Missed by the traveller').waitFor();
      const shown = await page.locator('.row .body').allTextContents();
      assert.deepEqual(shown.slice(-4), texts);
      assert.equal(await composer(page).inputValue(), 'Typing goes on as usual');
    },
  },
  {
    name: 'a refused send says so and is kept; a lost push is healed by seq',
    async run({ page, mock, shot, ...world }) {
      const deploys = room(mock, 'Deploys');
      const mira = user(mock, 'Mira Halonen');
      await signIn({ page, mock, ...world }, `/chats/${deploys.id}`);
      await page.getByText('For the run book').waitFor();
      await online(page);
      mock.state.faults.refuseSend = 'validation: the attachment limit is lower than that';
      await composer(page).fill('Can we raise the attachment limit?');
      await composer(page).press('Enter');
      await page.getByText('Not sent. The attachment limit is lower than that.').waitFor();
      mock.state.faults.refuseSend = null;
      mock.state.faults.slowMs = 1500;
      await composer(page).fill('The survey scans are 60 MB each.');
      await composer(page).press('Enter');
      await page.getByText('Sending', { exact: true }).waitFor({ state: 'attached' });
      await shot('failed-send');
      mock.state.faults.slowMs = 0;
      await page.getByRole('button', { name: 'Send again' }).click();
      await until(() => deploys.messages.at(-1).text.startsWith('Can we raise'), 'sent after all');
      await until(
        async () => (await page.getByText('Sending', { exact: true }).count()) === 0,
        'nothing on its way',
      );
      mock.state.faults.dropPushes = true;
      post(mock.state, deploys, mira, 'Lost push');
      mock.state.faults.dropPushes = false;
      post(mock.state, deploys, mira, 'Push after the lost one');
      await page.getByText('Lost push').waitFor();
      const shown = await page.locator('.row .body').allTextContents();
      assert.deepEqual(shown.slice(-2), ['Lost push', 'Push after the lost one']);
    },
  },
  {
    name: 'reading older messages: the line one reads stays, new ones wait below',
    on: 'desk',
    async run({ page, mock, shot, ...world }) {
      const deploys = room(mock, 'Deploys');
      await signIn({ page, mock, ...world }, `/chats/${deploys.id}`);
      await page.getByText('For the run book').waitFor();
      await online(page);
      const talk = page.locator('.talk');
      await talk.hover();
      const watch = () =>
        page.evaluate(() => {
          const top = document.querySelector('.talk').getBoundingClientRect().top;
          const row = [...document.querySelectorAll('.row')].find(
            (r) => r.getBoundingClientRect().top > top + 100,
          );
          return { key: row.dataset.key, top: row.getBoundingClientRect().top };
        });
      const at = (key) =>
        page.evaluate((k) => document.querySelector(`[data-key="${k}"]`)?.getBoundingClientRect().top, key);
      for (let i = 0; i < 6; i++) await page.mouse.wheel(0, -500);
      const resting = () =>
        page.locator('.talk').evaluate(
          (t) =>
            new Promise((done) => {
              let last = NaN;
              const look = () =>
                t.scrollTop === last ? done() : ((last = t.scrollTop), setTimeout(look, 200));
              look();
            }),
        );
      await resting();
      const line = await watch();
      for (let i = 0; i < 3; i++)
        post(mock.state, deploys, user(mock, 'Mira Halonen'), `New while reading ${i + 1}`);
      await page.getByRole('button', { name: '3 newer' }).waitFor();
      assert.ok(Math.abs((await at(line.key)) - line.top) < 2, 'the line moved when new ones came');
      await shot('reading');
      for (let i = 0; i < 60; i++) {
        await page.mouse.wheel(0, -900);
        await page.waitForTimeout(40);
      }
      await resting();
      const rows = await page.locator('.row').count();
      assert.ok(rows <= 200, `${rows} rows in the page`);
      await page.getByText('Earlier line 1,').waitFor();
      const early = await watch();
      await page.waitForTimeout(300);
      assert.ok(Math.abs((await at(early.key)) - early.top) < 2, 'an early line moved by itself');
      await page.keyboard.press('Alt+j');
      await until(
        () => page.locator('.new').evaluate((n) => n.getBoundingClientRect().top < innerHeight),
        'the divider in sight',
      );
      await page.locator('.row', { hasText: 'New while reading 3' }).waitFor();
      await page.keyboard.press('Alt+j');
      await until(
        async () => (await page.getByRole('button', { name: /newer|Newest/ }).count()) === 0,
        'at the newest again',
      );
    },
  },
  {
    name: 'keys: palette, table of keys, panes, messages, chats',
    on: 'desk',
    async run({ page, mock, shot, ...world }) {
      const deploys = room(mock, 'Deploys');
      await signIn({ page, mock, ...world }, `/chats/${deploys.id}`);
      await page.getByText('For the run book').waitFor();
      await online(page);
      await composer(page).press('ArrowUp');
      const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
      assert.match(await focused(), /For the run book/);
      await page.keyboard.press('ArrowUp');
      assert.match(await focused(), /Renewed/);
      await page.keyboard.press('Escape');
      assert.equal(await composer(page).evaluate((box) => box === document.activeElement), true);
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill('front');
      await shot('palette');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Front desk' }).waitFor();
      await page.keyboard.press('Control+/');
      await page.getByRole('dialog').getByText('This table').waitFor();
      await shot('keys');
      await page.keyboard.press('Escape');
      await until(async () => (await page.getByRole('dialog').count()) === 0, 'the table closed');
      assert.equal(
        await composer(page).evaluate((box) => box === document.activeElement),
        true,
        'focus did not come back',
      );
      const before = page.url();
      await page.keyboard.press('Alt+ArrowDown');
      await until(() => page.url() !== before, 'another chat by Alt+Down');
      await until(
        () => page.evaluate(() => document.activeElement?.dataset.pane === 'composer'),
        'focus in its composer',
      );
      await page.locator('.row').first().waitFor();
      const panes = [];
      for (let i = 0; i < 4; i++) {
        await page.keyboard.press('Shift+F6');
        panes.push(
          await page.evaluate(() => document.activeElement?.closest('[data-pane]')?.dataset.pane ?? 'none'),
        );
      }
      assert.ok(panes.includes('messages') && panes.includes('lists'), panes.join());
    },
  },
  {
    name: 'rooms: create, invite, members, leave, delete; a private chat from a friend',
    async run({ page, mock, shot, phone, ...world }) {
      await signIn({ page, mock, ...world }, '/');
      await online(page);
      await page.getByRole('button', { name: 'New room' }).click();
      await page.getByRole('button', { name: 'Create room' }).click();
      await page.getByText('A room needs a name.').waitFor();
      await page.getByLabel('Name').fill('taken');
      await page.getByRole('button', { name: 'Create room' }).click();
      await page.getByText('This name is not allowed.').waitFor();
      await shot('new-room');
      await page.getByLabel('Name').fill('Harbour tour');
      await page.getByRole('button', { name: 'Create room' }).click();
      await page.getByRole('heading', { name: 'Harbour tour', exact: true }).waitFor();
      await page.getByText('Nothing is written in Harbour tour yet').waitFor();
      await shot('empty-room');
      await page.getByRole('button', { name: 'Room actions' }).click();
      await page.getByRole('menuitem', { name: 'Invite friends' }).click();
      await page.getByRole('button', { name: 'Invite Mira Halonen' }).click();
      await page.getByText('Invited', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Invite Lotte Oyelaran' }).click();
      await page.getByText('Lotte Oyelaran was invited by somebody else.').waitFor();
      await shot('invite');
      await page.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('button', { name: 'Room actions' }).click();
      await page.getByRole('menuitem', { name: 'Delete room' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete room' }).click();
      await page.getByText('You deleted Harbour tour.').waitFor();
      await page.locator('.item', { hasText: 'Book club' }).click();
      await page.getByRole('button', { name: 'Room actions' }).click();
      await page.getByRole('menuitem', { name: 'Leave room' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Leave room' }).click();
      await page.getByText('You left Book club.').waitFor();
      await until(
        async () => (await page.locator('.item', { hasText: 'Book club' }).count()) === 0,
        'the room left the list',
      );
      await page.getByRole('button', { name: 'New private chat' }).click();
      await page.getByRole('button', { name: 'Message Jonas Weil' }).click();
      await page.getByText('You and Jonas Weil can write to each other').waitFor();
      await shot('empty-private');
      if (phone) {
        await page.getByRole('link', { name: 'Back to chats' }).click();
        await page.locator('.item', { hasText: 'Front desk' }).click();
        await page.getByRole('button', { name: /^Members/ }).click();
        await page.getByRole('complementary', { name: 'Members' }).getByText('Mira Halonen').waitFor();
        await shot('members');
        await page.getByRole('button', { name: 'Close members' }).click();
      }
    },
  },
  {
    name: 'drafts: kept per chat over chats and a reload',
    async run({ page, mock, phone, ...world }) {
      const [one, two] = [room(mock, 'Deploys'), room(mock, 'Front desk')];
      await signIn({ page, mock, ...world }, `/chats/${one.id}`);
      await composer(page).fill('Half a thought');
      if (phone) await page.getByRole('link', { name: 'Back to chats' }).click();
      await page.locator(`[data-chat="${two.id}"]`).click();
      await page.getByRole('heading', { name: 'Front desk' }).waitFor();
      assert.equal(await composer(page).inputValue(), '');
      await page.locator(`[data-chat="${one.id}"]`).getByText('Draft').waitFor({ state: 'attached' });
      await page.goto(`${mock.origin}/chats/${one.id}`);
      await until(async () => (await composer(page).inputValue()) === 'Half a thought', 'the draft again');
    },
  },
  {
    name: 'profile: shows, checks, saves, survives a reload; theme',
    async run({ page, mock, shot, ...world }) {
      await signIn({ page, mock, ...world }, '/profile');
      await until(async () => (await page.getByLabel('Location').inputValue()) === 'Hamburg', 'the profile');
      await shot('profile');
      await page.getByLabel('Age').fill('7');
      await page.getByLabel('Location').fill('Nowhere');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Give a whole number from 12 to 120.').waitFor();
      await page.getByLabel('Age').fill('35');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('No such place.').waitFor();
      await shot('profile-error');
      await page.getByLabel('Location').fill('Rostock');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Profile saved.').waitFor();
      await page.reload();
      await until(
        async () => (await page.getByLabel('Location').inputValue()) === 'Rostock',
        'the profile after a reload',
      );
      await page.getByLabel('Dark').check();
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
      await page.reload();
      await page.getByLabel('Location').waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
      await page.goto(mock.origin + '/friends');
      await page.getByText('Mock sign-in').waitFor();
    },
  },
  {
    name: 'an unconfirmed person is told calmly and let in once confirmed',
    async run({ page, mock, shot, ...world }) {
      await signIn({ page, mock, ...world }, '/friends', 'carol');
      await page.getByText('One step is left').waitFor();
      await page.getByRole('button', { name: 'Send the link again' }).click();
      await page.getByText('A new link is on its way.').waitFor();
      await shot('unconfirmed');
      await page.goto(mock.origin + '/profile');
      await page.getByText('None yet.').waitFor();
      await page.goto(mock.origin + '/friends');
      await page.getByText('One step is left').waitFor();
      Object.assign(user(mock, 'carol'), {
        emailVerified: true,
        permissions: user(mock, 'Ilka Voss').permissions,
      });
      await page.getByRole('button', { name: 'I have confirmed it' }).click();
      await page.getByText('No friends yet.').waitFor();
      await shot('no-friends');
    },
  },
  {
    name: 'plain pages: cancelled sign-in, not found, session ended elsewhere, issuer away',
    async run({ page, mock, shot, ...world }) {
      await page.goto(mock.origin + '/');
      await page.getByRole('link', { name: 'Cancel' }).click();
      await page.getByText('You cancelled the sign-in.').waitFor();
      await shot('cancelled');
      await page.goto(mock.origin + '/no/such/page');
      await page.getByText('There is no such page').waitFor();
      await page.goto(mock.origin + '/signed-in?code=forged&state=forged');
      await page.getByText('You are not signed in').waitFor();
      await page.goto(mock.origin + '/error');
      await page.getByText('That did not work').waitFor();
      await signIn({ page, mock, ...world }, '/friends');
      await page.getByRole('list', { name: 'Friends' }).getByText('Mira Halonen').waitFor();
      const { accessTokens } = await import('./oidc.mjs');
      accessTokens.clear();
      mock.state.faults.failPaths = ['/auth/token', '/auth/authorize'];
      await page.getByLabel('Add a friend').fill('user');
      await page.getByRole('button', { name: 'Search' }).click();
      await page.getByText('The search failed.').waitFor();
      mock.state.faults.failPaths = [];
      const { forgetRefreshTokens } = await import('./oidc.mjs');
      forgetRefreshTokens();
      await world.context.clearCookies();
      await page.getByRole('button', { name: 'Search' }).click();
      await page.getByRole('heading', { name: 'You were signed out' }).waitFor();
      await shot('signed-out');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('link', { name: 'Ilka Voss', exact: true }).click();
      await page.waitForURL('**/friends');
    },
  },
  {
    name: 'slow and failing: loading after patience, errors with a way on',
    async run({ page, mock, shot, phone, ...world }) {
      mock.state.faults.slowMs = 1500;
      const deploys = room(mock, 'Deploys');
      await signIn({ page, mock, ...world }, `/chats/${deploys.id}`);
      await page.locator('.talk .skel').first().waitFor();
      await page.waitForTimeout(600);
      await shot('loading');
      mock.state.faults.slowMs = 0;
      await page.getByText('For the run book').waitFor();
      mock.state.faults.failPaths = [`/api/chats/${room(mock, 'Front desk').id}/messages`];
      if (phone) await page.getByRole('link', { name: 'Back to chats' }).click();
      await page.locator('.item', { hasText: 'Front desk' }).click();
      await page.getByText('These messages did not load').waitFor();
      await shot('load-failed');
      mock.state.faults.failPaths = [];
      await page.getByRole('button', { name: 'Load again' }).click();
      await page.getByText('Line 12').waitFor();
      await page.goto(mock.origin + '/chats/0190aaaa-0000-7000-8000-000000000000');
      await page.getByText('This chat is not here').waitFor();
    },
  },
  {
    name: 'a long name, a long word and a long message break nothing',
    async run({ page, mock, shot, ...world }) {
      const mira = user(mock, 'Mira Halonen');
      const odd = { ...mira, id: mira.id, userName: 'a'.repeat(64) };
      const chat = addChat(mock.state, {
        kind: 'room',
        name: 'N'.repeat(80),
        owner: mira,
        members: [mira, user(mock, 'Ilka Voss')],
      });
      befriend(mock.state, user(mock, 'Ilka Voss'), user(mock, 'user-01'));
      post(mock.state, chat, odd, 'w'.repeat(500), { tell: false });
      post(mock.state, chat, odd, 'Line one\nLine two\n\n'.repeat(5) + '<b>not bold</b> & "quotes"', {
        tell: false,
      });
      await signIn({ page, mock, ...world }, `/chats/${chat.id}`);
      await page.getByText('<b>not bold</b>').waitFor();
      await shot('long');
      assert.ok(
        await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
        'the page scrolls sideways',
      );
    },
  },
];
