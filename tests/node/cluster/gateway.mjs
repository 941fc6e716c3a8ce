// A Gateway of the cluster's, as a platform team runs one: Contour and its Envoy, beside the node's own programs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';

const ROOT = new URL('../../..', import.meta.url).pathname;
const ENVOY = join(ROOT, '.tools/py/bin/envoy');
const XDS = 8001;

export class Gateway {
  /** Installs the Gateway API and a Gateway `public` in the namespace `gateways`, which takes routes from everywhere. */
  static async start(cluster) {
    const gateway = new Gateway();
    Object.assign(gateway, { cluster, folder: mkdtempSync(join(tmpdir(), 'gateway.')), running: [] });
    gateway.tools = (await cluster.command(join(ROOT, 'tests/cluster/contour/build'), [])).trim();
    for (const name of ['gateway-api', 'contour']) {
      await cluster.kubectl(['apply', '--server-side', '-f', join(gateway.tools, `${name}.yaml`)]);
    }
    await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
    const objects = [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gateways' } },
      { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GatewayClass', metadata: { name: 'contour' }, spec: { controllerName: 'projectcontour.io/gateway-controller' } },
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'Gateway',
        metadata: { name: 'public', namespace: 'gateways' },
        spec: { gatewayClassName: 'contour', listeners: listeners('All') },
      },
    ];
    await cluster.apply(objects);
    await gateway.run();
    return gateway;
  }

  async run() {
    const [config, bootstrap] = ['contour.yaml', 'envoy.json'].map((name) => join(this.folder, name));
    writeFileSync(config, stringify({ gateway: { gatewayRef: { namespace: 'gateways', name: 'public' } } }));
    const contour = join(this.tools, 'contour');
    const kubeconfig = join(this.cluster.data, 'node.kubeconfig');
    const xds = ['--xds-address=127.0.0.1', `--xds-port=${XDS}`];
    await this.cluster.command(contour, ['bootstrap', bootstrap, ...xds, `--admin-address=${join(this.folder, 'admin.sock')}`]);
    this.spawn('contour', contour, ['serve', `--config-path=${config}`, `--kubeconfig=${kubeconfig}`, '--disable-leader-election', '--insecure', ...xds]);
    this.spawn('envoy', ENVOY, ['-c', bootstrap, '--service-cluster', 'contour', '--service-node', 'envoy', '--disable-hot-restart', '--concurrency', '1', '-l', 'warning']);
  }

  /** In the cluster's network. */
  spawn(name, program, args) {
    const log = openSync(join(this.folder, `${name}.log`), 'w');
    const child = spawn('nsenter', [`--net=/run/netns/securechat-${this.cluster.port}`, program, ...args], { stdio: ['ignore', log, log] });
    child.on('exit', (code) => (child.ended = `${name} ended (${code}):\n${readFileSync(join(this.folder, `${name}.log`), 'utf8').slice(-2000)}`));
    this.running.push(child);
  }

  /** Waits until a page is answered through it. */
  async serves(url, seconds = 60) {
    let last;
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(200)) {
      for (const { ended } of this.running) if (ended) throw new Error(ended);
      last = await fetch(url).then(({ status }) => status, (error) => error.message);
      if (last === 200) return;
    }
    throw new Error(`not within ${seconds} s: ${url} is served; last ${last}`);
  }

  /** Takes routes from `All` namespaces, or the `Same` alone. */
  allow(from) {
    const patch = JSON.stringify({ spec: { listeners: listeners(from) } });
    return this.cluster.kubectl(['patch', 'gateways.gateway.networking.k8s.io', 'public', '-n', 'gateways', '--type', 'merge', '-p', patch]);
  }

  async stop() {
    for (const child of this.running) {
      if (child.ended || !child.kill()) continue;
      await once(child, 'exit');
    }
    await this.cluster.kubectl(['delete', 'namespace', 'gateways', '--timeout=60s']);
    await this.cluster.kubectl(['delete', 'gatewayclass', 'contour']);
    rmSync(this.folder, { recursive: true });
  }
}

function listeners(from) {
  return [{ name: 'http', protocol: 'HTTP', port: 80, allowedRoutes: { namespaces: { from } } }];
}
