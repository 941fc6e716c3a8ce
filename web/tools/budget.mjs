// Runs after a production build: the first load keeps to its budget, and the page keeps to a policy without 'unsafe-inline'.
// First load = what a stranger's browser fetches before it leaves for the sign-in page: the page, its scripts and styles, the
// OpenID client, and the upright latin font.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url).pathname;
const LIMIT_KB = 150;

const html = readFileSync(join(dist, 'index.html'), 'utf8');
const read = (name) => readFileSync(join(dist, name));

// Static imports of the scripts the page names, followed to their end.
const scripts = new Set([...html.matchAll(/(?:src|href)="([^"]+\.js)"/g)].map((m) => m[1]));
for (const name of scripts) {
  for (const [, next] of read(name)
    .toString()
    .matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g))
    scripts.add(next);
}
const oidc = readdirSync(dist).find(
  (name) => name.endsWith('.js') && read(name).includes('signinSilent') && !scripts.has(name),
);
const styles = [...html.matchAll(/href="([^"]+\.css)"/g)].map((m) => m[1]);
const font = readdirSync(join(dist, 'media')).find((name) => /next-latin-wght-normal/.test(name));

const parts = { 'index.html': gzipSync(html).length };
for (const name of [...scripts, ...(oidc ? [oidc] : []), ...styles])
  parts[name] = gzipSync(read(name)).length;
if (font) parts[font] = read(join('media', font)).length;

const total = Object.values(parts).reduce((sum, size) => sum + size, 0) / 1024;
for (const [name, size] of Object.entries(parts))
  console.log(`${(size / 1024).toFixed(1).padStart(7)} KB  ${name}`);
console.log(`${total.toFixed(1).padStart(7)} KB  first load, limit ${LIMIT_KB} KB`);

const faults = [];
if (total > LIMIT_KB) faults.push(`first load is ${total.toFixed(1)} KB, over ${LIMIT_KB} KB`);
if (!oidc || !font) faults.push('the OpenID client or the font was not found: the measure is not whole');
if (/<script(?![^>]*\bsrc=)[^>]*>/.test(html)) faults.push('index.html carries an inline script');
if (/<style\b|\sstyle="|\son\w+="/.test(html)) faults.push('index.html carries an inline style or handler');
for (const [name, text] of [['index.html', html], ...styles.map((s) => [s, read(s).toString()])]) {
  if (/(?:src|href)="https?:|url\(["']?(?:https?:)?\/\//.test(text)) faults.push(`${name} asks another host`);
}
for (const fault of faults) console.error(`budget: ${fault}`);
process.exit(faults.length === 0 ? 0 : 1);
