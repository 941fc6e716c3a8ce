// The cluster that tests/cluster/up brings up: its API server, kubectl and Helm, its audit log, ways into it, and the
// processes of its pods.
//
// Tests share one cluster, in DATA at PORT (.data/cluster-test, 8190), brought up where it is not. Nothing of it ends with
// a test: `tests/cluster/test` takes it down.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Api } from './api.mjs';
import { Audit } from './audit.mjs';

const ROOT = new URL('../../..', import.meta.url).pathname;
const run = promisify(execFile);

/** The namespace of the operator, and of the platforms here. */
export const NAMESPACE = 'securechat';

export class Cluster {
  /** The cluster, up. */
  static async up() {
    const cluster = new Cluster();
    await cluster.start();
    return cluster;
  }

  /** A cluster in which nothing was ever installed: one that is up is ended first. */
  static async bare() {
    const cluster = new Cluster();
    await cluster.script('down');
    await cluster.start();
    return cluster;
  }

  constructor() {
    this.data = process.env.DATA ?? join(ROOT, '.data/cluster-test');
    this.port = Number(process.env.PORT ?? 8190);
    this.bin = join(ROOT, '.tools/kube-node/bin');
    this.environment = {
      ...process.env,
      DATA: this.data,
      PORT: String(this.port),
      KUBECONFIG: join(this.data, 'kubeconfig'),
      PATH: `${this.bin}:${process.env.PATH}`,
    };
    this.bridges = [];
  }

  async start() {
    this.told = await this.script('up');
    this.api = new Api(this.environment.KUBECONFIG);
    this.audit = new Audit(join(this.data, 'audit.log'));
  }

  /** Ends what this process holds of it; the cluster goes on. */
  close() {
    this.api.close();
    for (const bridge of this.bridges) bridge.kill();
  }

  /** One of the scripts in tests/cluster: what it says. It leaves processes behind, so its end is its exit. */
  async script(name, ...args) {
    const child = spawn(join(ROOT, 'tests/cluster', name), args, { env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    const [code] = await once(child, 'exit');
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
    if (code !== 0) throw new Error(`tests/cluster/${name} failed (${code}):\n${said}`);
    return said;
  }

  /** kubectl: what it prints. `input` is its standard input. */
  kubectl(args, input) {
    return this.command('kubectl', args, input);
  }

  /** Applies objects; `namespace` is that of those that name none. */
  apply(objects, namespace) {
    // Told one, kubectl refuses objects of another.
    return this.kubectl(['apply', ...(namespace ? ['-n', namespace] : []), '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  }

  /** Helm: what it prints. */
  helm(args) {
    return this.command('helm', args);
  }

  async command(program, args, input) {
    const running = run(program, args, { env: this.environment, maxBuffer: 2 ** 26, cwd: ROOT });
    if (input !== undefined) running.child.stdin.end(input);
    return (await running).stdout;
  }

  /** Installs the chart, or brings it to these values, and waits until the operator is ready. */
  installOperator(values = {}) {
    const set = { 'image.repository': 'localhost/securechat-operator', ...values };
    const options = Object.entries(set).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    const chart = ['upgrade', '--install', 'securechat', 'charts/securechat', '--namespace', NAMESPACE, '--create-namespace'];
    return this.helm([...chart, ...options, '--wait', '--timeout', '2m']);
  }

  /** The pods of the operator. */
  operatorPods() {
    return this.api.list('Pod', NAMESPACE, { labelSelector: 'app.kubernetes.io/name=securechat-operator' });
  }

  /** The operator's requests since a mark of the audit log. */
  operatorRequests(mark) {
    return this.audit.since(mark).filter(({ user }) => user === `system:serviceaccount:${NAMESPACE}:securechat-operator`);
  }

  /** Opens a port of this machine's loopback that leads to a port of the node. */
  async openBridge(port, nodePort) {
    const script = join(ROOT, 'tests/cluster/bridge');
    const bridge = spawn(script, [`securechat-${this.port}`, `${port}=10.250.0.1:${nodePort}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.bridges.push(bridge);
    await once(bridge.stdout, 'data');
  }

  /** The processes of a pod's container, by the program's name; first the one that was started first. */
  processes(pod, program) {
    const group = `pod${pod.metadata.uid}`;
    const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).map(Number);
    const told = (pid, file) => {
      try {
        return readFileSync(`/proc/${pid}/${file}`, 'utf8');
      } catch {
        return '';
      }
    };
    return pids.filter((pid) => told(pid, 'cgroup').includes(group) && told(pid, 'comm').startsWith(program.slice(0, 15)));
  }

  /** Resident megabytes of everything in the cluster: the node's own programs, and pods. */
  memory() {
    const resident = (pid) => {
      const path = `/proc/${pid}/status`;
      return existsSync(path) ? Number(readFileSync(path, 'utf8').match(/VmRSS:\s+(\d+)/)?.[1] ?? 0) / 1024 : 0;
    };
    const sum = (command, args) => {
      const pids = execFileSync(command, args, { encoding: 'utf8' }).split('\n').filter(Boolean);
      return Math.round(pids.reduce((all, pid) => all + resident(pid), 0));
    };
    const groups = `cat $(find /sys/fs/cgroup/memory/securechat-${this.port} /sys/fs/cgroup/securechat-${this.port} -name cgroup.procs 2>/dev/null)`;
    return { node: sum('ip', ['netns', 'pids', `securechat-${this.port}`]), pods: sum('sh', ['-c', groups]) };
  }
}
