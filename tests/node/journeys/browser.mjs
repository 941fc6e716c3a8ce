// The product in a real browser, through the edge: a stranger becomes a person, befriends alice and chats. `stack` is
// whatever runs the product: its url, its accounts' passwords, its mails.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

const DESK = { width: 1440, height: 900 };
const LOOKS = [
  { name: 'desk-light', colorScheme: 'light', size: DESK },
  { name: 'desk-dark', colorScheme: 'dark', size: DESK },
  { name: 'phone-light', colorScheme: 'light', size: { width: 390, height: 844 } },
  { name: 'phone-dark', colorScheme: 'dark', size: { width: 390, height: 844 } },
];

/** A real browser. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A person's own browser profile; what goes wrong in its pages is added to `faults`. */
async function profile(browser, name, faults) {
  const context = await browser.newContext({ viewport: DESK, colorScheme: 'light' });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => faults.push(`${name}: ${error.message}`));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) faults.push(`${name}: ${message.text()}`);
  });
  return page;
}

/** A picture of the page in each look, into `folder`. */
async function picture(page, folder, name) {
  for (const look of LOOKS) {
    await page.emulateMedia({ colorScheme: look.colorScheme });
    await page.setViewportSize(look.size);
    await page.waitForTimeout(150);
    await page.screenshot({ path: `${folder}/${name}-${look.name}.png` });
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(DESK);
}

async function signIn(page, url, name, password) {
  await page.goto(url);
  await page.locator('#user_name').fill(name);
  await page.locator('#password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.me').waitFor({ state: 'attached' });
}

const online = (page) => page.locator('.frame:not([data-link])').waitFor({ state: 'attached' });
const composer = (page) => page.getByRole('textbox', { name: /^Message / });
const row = (page, name) => page.locator('.item', { hasText: name });

async function say(page, text) {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

/** The whole journey, as steps of the test `t`; pictures of every step are left in `pictures`. */
export async function journey(t, stack, browser, pictures) {
  mkdirSync(pictures, { recursive: true });
  const faults = [];
  const shot = (page, name) => picture(page, pictures, name);
  const alice = await profile(browser, 'alice', faults);
  const carol = await profile(browser, 'carol', faults);
  const password = 'harbour lights at noon';

  await t.test('the sign-in page leads to registration and keeps the wanted page', async () => {
    await carol.goto(`${stack.url}/friends`);
    await carol.locator('#user_name').waitFor();
    await shot(carol, '01-sign-in');
    await carol.getByRole('link', { name: 'Create an account' }).click();
    await carol.locator('#user_name').fill('ca');
    await carol.locator('#email').fill('carol@example.org');
    await carol.locator('#password').fill('short');
    await carol.getByRole('button', { name: 'Create account' }).click();
    await carol.getByText('at least 12 characters').waitFor();
    await shot(carol, '02-register-refused');
    await carol.locator('#user_name').fill('carol');
    await carol.locator('#password').fill(password);
    await carol.getByRole('button', { name: 'Create account' }).click();
    await carol.getByRole('heading', { name: 'Look in your inbox' }).waitFor();
    await shot(carol, '03-look-in-your-inbox');
  });

  await t.test('the mailed link confirms her and leads back to the page she wanted', async () => {
    const mail = await stack.mailTo('carol@example.org');
    const link = mail.text.match(/http:\S+/)[0];
    assert.ok(link.startsWith(`${stack.url}/account/confirm?token=`), link);
    await carol.goto(link);
    await shot(carol, '04-confirm');
    await carol.getByRole('button', { name: 'Confirm' }).click();
    await carol.getByRole('heading', { name: 'Confirmed' }).waitFor();
    await shot(carol, '05-confirmed');
    await carol.getByRole('link', { name: 'Go on' }).click();
    await carol.locator('#user_name').fill('carol');
    await carol.locator('#password').fill('wrong password');
    await carol.getByRole('button', { name: 'Sign in' }).click();
    await carol.getByText('User name and password do not match').waitFor();
    await shot(carol, '06-sign-in-refused');
    await carol.locator('#password').fill(password);
    await carol.getByRole('button', { name: 'Sign in' }).click();
    await carol.locator('.me').waitFor({ state: 'attached' });
    assert.equal(new URL(carol.url()).pathname, '/friends');
    await online(carol);
  });

  await t.test('she finds alice and asks; alice sees it live and accepts', async () => {
    await signIn(alice, `${stack.url}/friends`, 'alice', stack.password('alice'));
    await online(alice);
    await carol.getByLabel('Add a friend').fill('ali');
    await carol.getByRole('button', { name: 'Search' }).click();
    await carol.getByRole('button', { name: 'Add alice' }).click();
    await carol.getByText('You asked alice to be your friend.').waitFor();
    await shot(carol, '07-asked');
    await alice.getByRole('button', { name: 'Accept carol' }).waitFor();
    await shot(alice, '08-request');
    await alice.getByRole('button', { name: 'Accept carol' }).click();
    await alice.getByRole('list', { name: 'Friends' }).getByText('carol').waitFor();
    await carol.getByRole('list', { name: 'Friends' }).getByText('alice').waitFor();
    await shot(carol, '09-friends');
  });

  await t.test('a private chat goes both ways, counts what is unread and clears it', async () => {
    await carol.getByRole('button', { name: 'New private chat' }).click();
    await carol.getByRole('dialog').getByRole('button', { name: 'Message alice' }).click();
    await carol.getByRole('heading', { name: 'alice', exact: true }).waitFor();
    await shot(carol, '10-empty-chat');
    for (const text of ['Hello Alice', 'Is anybody there?']) await say(carol, text);
    await row(alice, 'carol').locator('.count', { hasText: '2' }).waitFor();
    await shot(alice, '11-unread');
    await row(alice, 'carol').click();
    await alice.locator('.row', { hasText: 'Is anybody there?' }).waitFor();
    await row(alice, 'carol').locator('.count').waitFor({ state: 'detached' });
    await say(alice, 'I am. Good to read you.');
    await carol.locator('.row', { hasText: 'I am. Good to read you.' }).waitFor();
    await shot(carol, '12-chat');
    await carol.reload();
    await carol.locator('.row', { hasText: 'I am. Good to read you.' }).waitFor();
    assert.deepEqual(await carol.locator('.row .body').allTextContents(), ['Hello Alice', 'Is anybody there?', 'I am. Good to read you.']);
  });

  await t.test('presence follows the other browser', async () => {
    await row(carol, 'alice').locator('.dot-online').waitFor();
    const place = alice.url();
    await alice.goto('about:blank');
    await row(carol, 'alice').locator('.dot-offline').waitFor();
    await shot(carol, '13-alice-offline');
    await alice.goto(place);
    await row(carol, 'alice').locator('.dot-online').waitFor();
  });

  await t.test('a room, with an invitation', async () => {
    await alice.getByRole('button', { name: 'New room' }).click();
    await alice.getByLabel('Name').fill('Book club');
    await alice.getByRole('button', { name: 'Create room' }).click();
    await alice.getByRole('heading', { name: 'Book club', exact: true }).waitFor();
    await alice.getByRole('button', { name: 'Room actions' }).click();
    await alice.getByRole('menuitem', { name: 'Invite friends' }).click();
    await alice.getByRole('button', { name: 'Invite carol' }).click();
    await alice.getByText('Invited', { exact: true }).waitFor();
    await shot(alice, '14-invite');
    await alice.getByRole('button', { name: 'Done' }).click();
    await carol.goto(`${stack.url}/friends`);
    await carol.getByRole('button', { name: 'Join Book club' }).waitFor();
    await shot(carol, '15-invited');
    await carol.getByRole('button', { name: 'Join Book club' }).click();
    await row(carol, 'Book club').click();
    await carol.getByRole('heading', { name: 'Book club', exact: true }).waitFor();
    await say(carol, 'What do we read?');
    await alice.locator('.row', { hasText: 'What do we read?' }).waitFor();
    await shot(alice, '16-room');
  });

  await t.test('signing out leads to the sign-in page and nothing comes back by going back', async () => {
    await carol.goto(`${stack.url}/profile`);
    await carol.getByLabel('Location').waitFor();
    await shot(carol, '17-profile');
    await carol.getByRole('button', { name: 'Sign out' }).first().click();
    await carol.waitForURL((url) => url.pathname.startsWith('/signed-out') || url.pathname.startsWith('/auth/'));
    await shot(carol, '18-signed-out');
    await carol.goto(`${stack.url}/friends`);
    await carol.locator('#user_name').waitFor();
  });

  assert.deepEqual(faults, []);
}
