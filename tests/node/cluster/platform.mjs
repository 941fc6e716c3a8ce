// A SecureChat in the cluster, as a person sees it and as whoever runs it does. It is a `stack` of the journeys: Person,
// HealingClient and the browser journey reach it by `url`, `password` and `mailTo`.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';

import { mailTo, messages, messagesOf } from '../journeys/stack.mjs';
import { NAMESPACE } from './cluster.mjs';

const SAMPLE = new URL('../../../deploy/cluster/local.yaml', import.meta.url).pathname;

/** The services, each with a schema of its own. */
export const SERVICES = ['auth', 'account', 'users', 'session', 'chats', 'messaging'];

/** What a SecureChat is made of. */
export const CHILDREN = [
  'Secret', 'ServiceAccount', 'ConfigMap', 'Service', 'NetworkPolicy', 'PodDisruptionBudget', 'StatefulSet', 'Job', 'Deployment',
  'HorizontalPodAutoscaler', 'Ingress',
];

/** The resource that `make cluster` applies. */
export const sample = () => parse(readFileSync(SAMPLE, 'utf8'));

export class Platform {
  /** Accounts that tests sign in to, beside those of the sample. */
  static PEOPLE = ['alice', 'bob', 'dave', 'erin'];

  /** The sample's platform, with the operator, in a ready state: made where it is not there, left where it is. */
  static async ready(cluster, options) {
    const platform = new Platform(cluster, options);
    await cluster.installOperator();
    await platform.apply();
    await platform.until('Ready', 'True', 180);
    await platform.learn();
    return platform;
  }

  /** `edit` changes the spec of deploy/cluster/local.yaml. A second platform needs a name, a port and a node port. */
  constructor(cluster, { name = 'demo', port = cluster.port, nodePort = 30080, edit = () => {} } = {}) {
    Object.assign(this, { cluster, name, port, api: cluster.api, namespace: NAMESPACE, scheme: 'http' });
    this.resource = sample();
    this.resource.metadata.name = name;
    const { spec } = this.resource;
    spec.publicUrl = this.url;
    spec.gateway.nodePort = nodePort;
    const known = new Set(spec.demoAccounts.map(({ userName }) => userName));
    for (const userName of Platform.PEOPLE.filter((one) => !known.has(one))) spec.demoAccounts.push({ userName, email: `${userName}@example.org` });
    edit(spec);
  }

  get url() {
    return `${this.scheme}://localhost:${this.port}`;
  }

  /** Applies the resource as a person does; `edit` changes its spec before. */
  apply(edit = () => {}) {
    edit(this.resource.spec);
    return this.cluster.apply([this.resource], this.namespace);
  }

  /** Reads what a person is told: the accounts' passwords. */
  async learn() {
    const { data } = await this.api.get('Secret', this.namespace, `${this.name}-accounts`);
    this.passwords = Object.fromEntries(Object.entries(data).map(([user, text]) => [user, Buffer.from(text, 'base64').toString()]));
  }

  password(user) {
    return this.passwords[user];
  }

  /** The newest mail to `address`, waited for. */
  mailTo(address) {
    return mailTo(this.cluster.port + 1, address);
  }

  /** Waits until every account that the resource names is made: they are made while it serves already. */
  async allAccounts(seconds = 120) {
    const wanted = this.resource.spec.demoAccounts.length;
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(500)) {
      const made = Number(await this.sql('SELECT COUNT(*) FROM accounts', await this.schema('account')));
      if (made >= wanted) return;
    }
    throw new Error(`not within ${seconds} s: ${wanted} accounts are made`);
  }

  /** One of its objects: `component` is what stands behind its name. */
  get(kind, component) {
    return this.api.get(kind, this.namespace, `${this.name}-${component}`);
  }

  /** A condition as it is now. */
  async condition(type) {
    return conditionOf(await this.api.get('SecureChat', this.namespace, this.name), type);
  }

  /** Waits until a condition has this status (and reason): the condition. */
  until(type, status, seconds, reason) {
    const what = `${type} is ${status} ${reason ?? ''}`;
    return this.untilResource(what, (resource) => {
      const seen = conditionOf(resource, type);
      const current = resource?.status?.observedGeneration === resource?.metadata.generation;
      return current && seen?.status === status && (reason ?? seen.reason) === seen.reason && seen;
    }, seconds);
  }

  /** Follows the resource until `look` says something true. */
  untilResource(what, look, seconds) {
    return this.api.until(what, 'SecureChat', this.namespace, this.name, look, seconds);
  }

  /** All its objects of the kinds that the operator makes. */
  async children() {
    const query = { labelSelector: `app.kubernetes.io/instance=${this.name},app.kubernetes.io/managed-by=securechat-operator` };
    const all = await Promise.all(CHILDREN.map(async (kind) => (await this.api.list(kind, this.namespace, query)).map((object) => ({ kind, ...object }))));
    return all.flat();
  }

  /** Waits until it is ready and nothing in it moves: every part is as its spec says, no Job runs, no pod is ending. */
  async settled(seconds = 180) {
    let moving;
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(250)) {
      const [children, pods, ready] = await Promise.all([this.children(), this.pods(), this.condition('Ready')]);
      moving = children.filter(isMoving).map(({ kind, metadata }) => `${kind}/${metadata.name}`);
      moving.push(...pods.filter(({ metadata }) => metadata.deletionTimestamp).map(({ metadata }) => `Pod/${metadata.name}`));
      if (ready?.status !== 'True') moving.push(`Ready: ${ready?.message}`);
      if (moving.length === 0) return;
    }
    throw new Error(`not within ${seconds} s: nothing moves; what does: ${moving.join(', ')}`);
  }

  /** Its pods, or those of one component. */
  pods(component) {
    const labels = [`app.kubernetes.io/instance=${this.name}`, component && `app.kubernetes.io/component=${component}`];
    return this.api.list('Pod', this.namespace, { labelSelector: labels.filter(Boolean).join(',') });
  }

  /** Takes a pod away at once, as a lost node would: its processes are not asked. */
  async kill(component) {
    const [pod] = await this.pods(component);
    await this.api.delete('Pod', this.namespace, pod.metadata.name, { gracePeriodSeconds: 0 });
    return pod;
  }

  /** What is printed for a statement that the database's own client runs in the database's pod: past the product. */
  async sql(statement, schema = '') {
    const { data } = await this.get('Secret', 'database');
    const password = Buffer.from(data['root-password'], 'base64').toString();
    const client = ['env', `MYSQL_PWD=${password}`, 'mariadb', '--no-defaults', '-uroot', '--socket=/run/mysqld/mysqld.sock', '-N', '-B'];
    const pod = ['exec', '-n', this.namespace, `${this.name}-database-0`, '-c', 'database', '--'];
    return this.cluster.kubectl([...pod, ...client, '-e', statement, ...(schema ? [schema] : [])]);
  }

  /** The name of a service's schema. */
  async schema(service) {
    return JSON.parse((await this.get('ConfigMap', service)).data['config.json']).database.name;
  }

  /** The messages of a chat as the database has them. */
  async stored(chat) {
    return messages(await this.sql(messagesOf(chat), await this.schema('chats')));
  }

  /** What was done to a service's schema, in order: script, when it ran (seconds), whether it went well. */
  async history(service) {
    const rows = await this.sql('SELECT script, UNIX_TIMESTAMP(installed_on), success FROM flyway_schema_history ORDER BY installed_rank', await this.schema(service));
    return rows.split('\n').filter(Boolean).map((row) => {
      const [script, at, success] = row.split('\t');
      return { script, at: Number(at), success: success === '1' };
    });
  }

  /** Deletes it with all that it has, so that the next test makes it anew. */
  async remove() {
    await this.apply((spec) => (spec.database.managed.deletionPolicy = 'delete'));
    await this.api.until('its data goes with it', 'Secret', this.namespace, `${this.name}-keys`, (secret) => secret?.metadata.ownerReferences?.length > 0);
    await this.cluster.kubectl(['delete', 'schat', '-n', this.namespace, this.name, '--timeout=60s']);
    for (const { metadata } of await this.pods()) {
      await this.api.until('it is gone', 'Pod', this.namespace, metadata.name, (pod) => pod?.metadata.uid !== metadata.uid, 120);
    }
    await this.api.until('its volume is gone', 'PersistentVolumeClaim', this.namespace, `data-${this.name}-database-0`, (claim) => !claim);
  }
}

/** Whether an object is not yet what its spec says. */
function isMoving({ kind, metadata, spec, status = {} }) {
  if (kind === 'Job') return !status.conditions?.some(({ type, status: holds }) => ['Complete', 'Failed'].includes(type) && holds === 'True');
  if (kind !== 'Deployment' && kind !== 'StatefulSet') return false;
  const counts = [status.replicas, status.updatedReplicas, status.readyReplicas].map((count) => count ?? 0);
  return status.observedGeneration !== metadata.generation || counts.some((count) => count !== spec.replicas);
}

/** A condition of a resource as it was read. */
export function conditionOf(resource, type) {
  return resource?.status?.conditions?.find((condition) => condition.type === type);
}
