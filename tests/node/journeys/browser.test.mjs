// The browser journey through what `make up` starts. Pictures are left in .data/journey/.
import { after, before, test } from 'node:test';

import { journey, launch } from './browser.mjs';
import { Stack } from './stack.mjs';

const PICTURES = new URL('../../../.data/journey', import.meta.url).pathname;

let stack, browser;
before(async () => {
  stack = await Stack.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

// Proves: H-01, H-02, W-03, W-11, W-12, W-42, W-44, W-45, W-46, W-52, H-25, H-28, H-29, B-01, B-02, B-11, B-15, B-55
test('a stranger registers, confirms, befriends alice and chats with her, both ways and live', async (t) => {
  await journey(t, stack, browser, PICTURES);
});
