#!/usr/bin/env node
// usage: tests/rust.mjs, below target/debug/test-servers
//        tests/rust.mjs --path FOLDER NAME: where the test program NAME of a package is, built
// Runs every test program of the workspace, a few at a time: most of them wait for servers more than they compute, and
// cargo would run one after the other. What a program says is shown whole when it has ended.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

const AT_ONCE = availableParallelism() + 1;

/** Its tests wait for one API server, which has time for many of them. */
const isOperators = ({ folder }) => folder.endsWith('/controller');

/** Every test program with its package's folder, where cargo would run it. */
async function programs() {
  const args = ['test', '--workspace', '--no-run', '--quiet', '--message-format=json-render-diagnostics'];
  const cargo = spawn('cargo', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(cargo, 'exit');
  const all = [];
  for await (const line of createInterface({ input: cargo.stdout })) {
    const { executable, profile, target, manifest_path: manifest } = JSON.parse(line);
    if (executable && profile.test) all.push({ executable, name: target.name, folder: dirname(manifest) });
  }
  if ((await ended)[0] !== 0) process.exit(1);
  // The operator's take longest, so they begin first.
  return all.sort((one, other) => isOperators(other) - isOperators(one));
}

async function run(test) {
  const { executable, folder } = test;
  const began = performance.now();
  const program = spawn(executable, ['--quiet'], {
    cwd: folder,
    env: isOperators(test) ? { RUST_TEST_THREADS: 3 * availableParallelism(), ...process.env } : process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [program.stdout, program.stderr]) stream.on('data', (text) => (said += text));
  const [code, signal] = await once(program, 'close');
  console.log(`${executable} (${((performance.now() - began) / 1000).toFixed(0)} s)\n${said}`);
  if (code !== 0) failed.push(`${executable}: ${signal ?? code}`);
}

const failed = [];
const waiting = await programs();
const [option, folder, name] = process.argv.slice(2);
if (option === '--path') {
  const wanted = waiting.find((program) => program.folder.endsWith(`/${folder}`) && program.name === name);
  if (!wanted) throw new Error(`${folder} has no test program ${name}`);
  console.log(wanted.executable);
  process.exit(0);
}
const worker = async () => {
  while (waiting.length > 0) await run(waiting.shift());
};
await Promise.all(Array.from({ length: AT_ONCE }, worker));
failed.forEach((program) => console.log(`FAILED ${program}`));
process.exit(failed.length === 0 ? 0 : 1);
