// The product as `make up` starts it, in a folder and on ports of its own.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('../../..', import.meta.url).pathname;
const BIN = process.env.SECURECHAT_BIN ?? join(ROOT, 'target/debug');

// Below the ports that programs of the product take, and those that systems give to whoever connects. Journeys run
// beside each other: each takes ports of its own.
const PORTS = { first: 10240, last: 12287, each: 64 };
let port = PORTS.first + ((process.pid * PORTS.each) % (PORTS.last - PORTS.first));

/** A port that nobody listens on. */
export async function freePort() {
  for (;;) {
    port = port < PORTS.last ? port + 1 : PORTS.first;
    const server = createServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(() => true, () => false);
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** All processes: command line, environment and working directory, as far as they are told. */
function processes() {
  const told = (look) => {
    try {
      return look();
    } catch {
      return '';
    }
  };
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .map((pid) => ({
      pid: Number(pid),
      line: told(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')),
      environment: told(() => readFileSync(`/proc/${pid}/environ`, 'utf8')),
      folder: told(() => readlinkSync(`/proc/${pid}/cwd`)),
    }));
}

export class Stack {
  /** Starts the platform and waits until it says where it is. `edit` changes the text of the resource. */
  static async start({ edit = (text) => text, data } = {}) {
    const stack = new Stack();
    stack.data = data ?? mkdtempSync(join(tmpdir(), 'securechat-journey.'));
    chmodSync(stack.data, 0o755);
    stack.port = await freePort();
    stack.mailPort = await freePort();
    stack.file = join(stack.data, 'resource.yaml');
    writeFileSync(stack.file, edit(readFileSync(join(ROOT, 'deploy/local.yaml'), 'utf8')));
    await stack.launch();
    return stack;
  }

  /** The program with these arguments, whatever becomes of it. */
  static spawn(args) {
    const stack = new Stack();
    stack.run(args);
    return stack;
  }

  run(args) {
    this.process = spawn(join(BIN, 'securechat-up'), args.map(String), { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    this.output = '';
    const said = (chunk) => (this.output += chunk);
    this.process.stdout.on('data', said);
    this.process.stderr.on('data', said);
  }

  async launch() {
    const args = ['--file', this.file, '--data', this.data, '--port', this.port, '--mail-port', this.mailPort];
    this.began = performance.now();
    this.run(args);
    this.exited = once(this.process, 'exit');
    const ended = this.exited.then(() => {
      throw new Error(`securechat-up ended:\n${this.output}`);
    });
    ended.catch(() => {});
    while (!this.output.includes('Ctrl-C stops it')) {
      await Promise.race([ended, new Promise((done) => setTimeout(done, 50))]);
    }
    this.startSeconds = (performance.now() - this.began) / 1000;
  }

  get url() {
    return `http://localhost:${this.port}`;
  }

  password(user) {
    return readFileSync(join(this.data, 'secrets/accounts', user), 'utf8');
  }

  /** A process's configuration. */
  config(name) {
    return JSON.parse(readFileSync(join(this.data, `config/${name}.json`), 'utf8'));
  }

  /** The messages of a chat as the database has them, asked past the product: its own client over its socket. */
  stored(chat) {
    const args = ['--no-defaults', '-uroot', '--socket', join(this.data, 'mariadb/s'), '-N', '-B', '-e', messagesOf(chat)];
    args.push(this.config('chats-0').database.name);
    return messages(execFileSync('mariadb', args, { encoding: 'utf8' }));
  }

  /** The pids of a component's processes, by their configuration file. */
  pids(name) {
    const file = join(this.data, `config/${name}`);
    return processes().filter(({ line }) => line.includes(file) && !line.startsWith('setpriv')).map(({ pid }) => pid);
  }

  /** RabbitMQ's pid. */
  broker() {
    return this.processes().find(({ line }) => line.includes('beam.smp'))?.pid;
  }

  /** Everything that runs for this data folder: by command line, environment or working directory. */
  processes() {
    return Stack.processesOf(this.data);
  }

  static processesOf(data) {
    return processes().filter((one) => [one.line, one.environment, one.folder].some((text) => text.includes(data)));
  }

  /** Asks it to stop, as Ctrl-C does, and waits for its end. */
  async interrupt() {
    this.process.kill('SIGINT');
    await this.exited;
  }

  async stop() {
    if (this.process.exitCode === null) await this.interrupt();
    rmSync(this.data, { recursive: true, force: true });
  }

  /** The newest mail to `address`, waited for. */
  mailTo(address) {
    return mailTo(this.mailPort, address);
  }
}

/** Asks the database for number and id of a chat's messages. */
export function messagesOf(chat) {
  return `SELECT seq, LOWER(HEX(id)) FROM messages WHERE chat_id = UNHEX('${chat.replaceAll('-', '')}') ORDER BY seq`;
}

/** What the database's client printed for that. */
export function messages(text) {
  const lines = text.split('\n').filter(Boolean);
  return lines.map((line) => {
    const [seq, hex] = line.split('\t');
    return { seq: Number(seq), id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') };
  });
}

/** The newest mail to `address` that the mail sink at this port has, waited for. */
export async function mailTo(port, address) {
  for (let tries = 0; tries < 200; tries++) {
    // While the sink is still reading a mail it answers with an error instead of a list.
    const answer = await (await fetch(`http://localhost:${port}/email`)).json();
    const mails = Array.isArray(answer) ? answer : [];
    const mail = mails.filter((one) => one.to.some((to) => to.address === address)).at(-1);
    if (mail) return mail;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no mail to ${address}`);
}
