// The API server, spoken to as JSON with the administrator's certificate: quicker than a kubectl for each question, and
// it tells what happens as it happens.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import { parse } from 'yaml';

/** Where each kind is found. */
export const KINDS = {
  ConfigMap: ['api/v1', 'configmaps'],
  Deployment: ['apis/apps/v1', 'deployments'],
  Event: ['apis/events.k8s.io/v1', 'events'],
  HorizontalPodAutoscaler: ['apis/autoscaling/v2', 'horizontalpodautoscalers'],
  Ingress: ['apis/networking.k8s.io/v1', 'ingresses'],
  Job: ['apis/batch/v1', 'jobs'],
  Lease: ['apis/coordination.k8s.io/v1', 'leases'],
  Namespace: ['api/v1', 'namespaces'],
  NetworkPolicy: ['apis/networking.k8s.io/v1', 'networkpolicies'],
  Node: ['api/v1', 'nodes'],
  PersistentVolume: ['api/v1', 'persistentvolumes'],
  PersistentVolumeClaim: ['api/v1', 'persistentvolumeclaims'],
  Pod: ['api/v1', 'pods'],
  PodDisruptionBudget: ['apis/policy/v1', 'poddisruptionbudgets'],
  Secret: ['api/v1', 'secrets'],
  SecureChat: ['apis/securechat.io/v1alpha1', 'securechats'],
  Service: ['api/v1', 'services'],
  ServiceAccount: ['api/v1', 'serviceaccounts'],
  StatefulSet: ['apis/apps/v1', 'statefulsets'],
};

export class Api {
  /** `kubeconfig` holds its certificates itself, as tests/cluster/up writes it. */
  constructor(kubeconfig) {
    const config = parse(readFileSync(kubeconfig, 'utf8'));
    const { cluster } = config.clusters[0];
    const { user } = config.users[0];
    const binary = (text) => Buffer.from(text, 'base64');
    this.server = cluster.server;
    this.agent = new Agent({
      keepAlive: true,
      ca: binary(cluster['certificate-authority-data']),
      cert: binary(user['client-certificate-data']),
      key: binary(user['client-key-data']),
    });
  }

  static path(kind, namespace, name) {
    const [group, plural] = KINDS[kind];
    const place = namespace ? `/namespaces/${namespace}` : '';
    return `/${group}${place}/${plural}${name ? `/${name}` : ''}`;
  }

  /** Asks; answers with the response, its body not read yet. */
  async open(method, path, { body, type = 'application/json', signal } = {}) {
    const text = body ? JSON.stringify(body) : '';
    // Node frames the body of a DELETE only if it is told its length.
    const headers = { 'content-type': type, 'content-length': Buffer.byteLength(text) };
    const asked = request(new URL(path, this.server), { method, agent: this.agent, headers, signal });
    asked.end(text);
    const [response] = await once(asked, 'response');
    return response;
  }

  /** Asks; answers with the body. Of an error, throws it with its `code`, but for those in `accept`: then nothing. */
  async ask(method, path, { accept = [], ...rest } = {}) {
    const response = await this.open(method, path, rest);
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    if (response.statusCode < 300) return JSON.parse(text);
    if (accept.includes(response.statusCode)) return undefined;
    throw Object.assign(new Error(`${method} ${path}: ${response.statusCode} ${text.slice(0, 500)}`), { code: response.statusCode });
  }

  /** An object; nothing where there is none. */
  get(kind, namespace, name) {
    return this.ask('GET', Api.path(kind, namespace, name), { accept: [404] });
  }

  /** The objects of a kind; `query` narrows them, as `labelSelector`. */
  async list(kind, namespace, query = {}) {
    return (await this.ask('GET', `${Api.path(kind, namespace)}?${new URLSearchParams(query)}`)).items;
  }

  create(kind, namespace, object) {
    return this.ask('POST', Api.path(kind, namespace), { body: object });
  }

  /** Changes an object as `kubectl patch --type merge` does. */
  patch(kind, namespace, name, body) {
    return this.ask('PATCH', Api.path(kind, namespace, name), { body, type: 'application/merge-patch+json' });
  }

  /** Deletes an object; one that is gone already is no error. `options` as `gracePeriodSeconds`. */
  delete(kind, namespace, name, options = {}) {
    return this.ask('DELETE', Api.path(kind, namespace, name), { body: { propagationPolicy: 'Background', ...options }, accept: [404] });
  }

  /**
   * Follows one object, from how it is now: `look` gets it, or nothing while there is none, at every change. Ends with
   * the first answer of `look` that is true; fails after `seconds`, telling `what` was waited for and what was seen last.
   */
  async until(what, kind, namespace, name, look, seconds = 60) {
    const end = AbortSignal.timeout(seconds * 1000);
    const field = { fieldSelector: `metadata.name=${name}` };
    let seen;
    try {
      for (;;) {
        const list = await this.ask('GET', `${Api.path(kind, namespace)}?${new URLSearchParams(field)}`, { signal: end });
        const found = look((seen = list.items[0]));
        if (found) return found;
        const query = new URLSearchParams({ ...field, watch: 'true', resourceVersion: list.metadata.resourceVersion });
        for await (const event of this.events(`${Api.path(kind, namespace)}?${query}`, end)) {
          const found = look((seen = event.type === 'DELETED' ? undefined : event.object));
          if (found) return found;
        }
      }
    } catch (error) {
      if (!end.aborted) throw error;
      throw new Error(`not within ${seconds} s: ${what}; ${kind} ${name} is ${JSON.stringify(seen?.status ?? seen?.metadata)}`);
    }
  }

  /** What a watch says, until it is ended from here or there. */
  async *events(path, signal) {
    const response = await this.open('GET', path, { signal });
    try {
      for await (const line of createInterface({ input: response })) {
        const event = JSON.parse(line);
        if (event.type === 'ERROR') return;
        yield event;
      }
    } finally {
      response.destroy();
    }
  }

  close() {
    this.agent.destroy();
  }
}
