// Walks the built client in a real Chromium against the double: checks what only a browser shows (focus, scroll, policy,
// reload) and leaves a picture of every screen, light and dark, desk and phone, in the folder named (default: mock/shots).
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

import { startMock } from './server.mjs';
import { steps } from './steps.mjs';

const folder = process.argv[2] ?? new URL('shots/', import.meta.url).pathname;
const only = process.argv[3];
mkdirSync(folder, { recursive: true });

const VARIANTS = [
  { name: 'desk-light', viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  { name: 'desk-dark', viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  {
    name: 'phone-light',
    viewport: { width: 390, height: 844 },
    colorScheme: 'light',
    hasTouch: true,
    isMobile: true,
  },
  {
    name: 'phone-dark',
    viewport: { width: 390, height: 844 },
    colorScheme: 'dark',
    hasTouch: true,
    isMobile: true,
  },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
let failures = 0;
let passes = 0;

for (const variant of VARIANTS) {
  for (const step of steps) {
    if (only && !step.name.includes(only)) continue;
    if (step.on && !variant.name.startsWith(step.on)) continue;
    const { name: variantName, ...options } = variant;
    const mock = await startMock();
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const faults = [];
    page.on('pageerror', (error) => faults.push(`page error: ${error.message}`));
    page.on('console', (message) => {
      const text = message.text();
      if (
        /Content Security Policy/.test(text) ||
        (message.type() === 'error' && !/Failed to load resource|WebSocket/.test(text))
      )
        faults.push(`console: ${text}`);
    });
    page.on('request', (request) => {
      if (new URL(request.url()).host !== new URL(mock.origin).host)
        faults.push(`foreign request: ${request.url()}`);
    });
    const shot = (name) => page.screenshot({ path: `${folder}/${name}-${variantName}.png` });
    try {
      await step.run({ page, context, mock, shot, phone: variantName.startsWith('phone') });
    } catch (error) {
      faults.push(String(error.stack ?? error).slice(0, 1500));
      await shot(`FAILED-${step.name.replaceAll(/\W+/g, '-')}`).catch(() => undefined);
    }
    await context.close();
    mock.stop();
    if (faults.length === 0) passes += 1;
    else failures += 1;
    console.log(`${faults.length === 0 ? 'ok    ' : 'FAILED'} ${variantName}: ${step.name}`);
    for (const fault of faults) console.log(`       ${fault}`);
  }
}
await browser.close();
console.log(`${passes} passed, ${failures} failed, 0 skipped`);
process.exit(failures === 0 ? 0 : 1);
