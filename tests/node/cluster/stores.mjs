// A database, a broker and a cache that somebody else runs: pods of a namespace of their own that no operator knows of.
// They speak TLS alone, with certificates of an authority of their own, and have the users that the guide asks for.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sample } from './platform.mjs';

const PLACE = 'stores';
const BROKER_USERS = ['account', 'users', 'session', 'chats', 'messaging'];
const CACHE_USERS = ['auth', 'session'];

export class Stores {
  /** Starts them, ready. */
  static async start(cluster) {
    const stores = new Stores();
    const { images } = sample().spec;
    Object.assign(stores, { cluster, admin: password(), broker: passwords(BROKER_USERS), cache: passwords(CACHE_USERS) });
    const { authority, certificate, key } = certificates();
    stores.authority = authority;
    const files = { 'ca.crt': authority, 'tls.crt': certificate, 'tls.key': key, ...stores.files() };
    const objects = [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: PLACE } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'files', namespace: PLACE }, stringData: files },
      ...pod('database', images.database, 3306, DATABASE),
      ...pod('broker', images.broker, 5671, ['rabbitmq-server'], [
        { name: 'HOME', value: '/data' },
        { name: 'RABBITMQ_CONFIG_FILE', value: '/files/rabbitmq.conf' },
        { name: 'RABBITMQ_ENABLED_PLUGINS_FILE', value: '/files/enabled_plugins' },
        { name: 'RABBITMQ_MNESIA_BASE', value: '/data/mnesia' },
        { name: 'RABBITMQ_GENERATED_CONFIG_DIR', value: '/data/generated' },
        { name: 'RABBITMQ_LOGS', value: '-' },
        { name: 'RABBITMQ_LOG_BASE', value: '/data/log' },
        { name: 'RABBITMQ_NODENAME', value: 'rabbit@localhost' },
      ]),
      ...pod('cache', images.cache, 6379, ['redis-server', '/files/redis.conf']),
    ];
    await cluster.apply(objects);
    await cluster.kubectl(['wait', '-n', PLACE, '--for=condition=Ready', 'pod', '--all', '--timeout=120s']);
    return stores;
  }

  /** What the servers read. */
  files() {
    const rights = { configure: '.*', read: '.*', write: '.*' };
    return {
      'init.sql': `CREATE USER 'owner'@'%' IDENTIFIED BY '${this.admin}';\nGRANT ALL PRIVILEGES ON *.* TO 'owner'@'%' WITH GRANT OPTION;\n`,
      'rabbitmq.conf': [
        'listeners.tcp = none', 'listeners.ssl.default = 5671', 'ssl_options.cacertfile = /files/ca.crt',
        'ssl_options.certfile = /files/tls.crt', 'ssl_options.keyfile = /files/tls.key', 'ssl_options.verify = verify_none',
        'load_definitions = /files/definitions.json', 'loopback_users = none', 'log.console = true', 'log.file = false', '',
      ].join('\n'),
      enabled_plugins: '[].\n',
      'definitions.json': JSON.stringify({
        vhosts: [{ name: 'securechat' }],
        users: Object.entries(this.broker).map(([name, text]) => ({ name, password_hash: hash(text), hashing_algorithm: 'rabbit_password_hashing_sha256', tags: [] })),
        permissions: BROKER_USERS.map((user) => ({ user, vhost: 'securechat', ...rights })),
      }),
      'redis.conf': [
        'port 0', 'tls-port 6379', 'bind *', 'dir /data', 'save ""', 'tls-cert-file /files/tls.crt', 'tls-key-file /files/tls.key',
        'tls-ca-cert-file /files/ca.crt', 'tls-auth-clients no', 'aclfile /files/users.acl', '',
      ].join('\n'),
      'users.acl': ['user default off', ...Object.entries(this.cache).map(([name, text]) => `user ${name} on >${text} ~* &* +@all`), ''].join('\n'),
    };
  }

  /** Tells a resource of them, by Secrets of its own namespace. */
  async give(spec, namespace) {
    const secrets = {
      'stores-authority': { 'ca.crt': this.authority },
      'stores-database': { password: this.admin },
      'stores-broker': this.broker,
      'stores-cache': this.cache,
    };
    const objects = Object.entries(secrets).map(([name, stringData]) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData }));
    await this.cluster.apply(objects, namespace);
    const at = (name) => ({ host: `${name}.${PLACE}.svc`, tls: true, caSecret: { name: 'stores-authority' } });
    spec.database = { external: { ...at('database'), adminUser: 'owner', adminSecret: { name: 'stores-database' } } };
    spec.broker = { external: { ...at('broker'), port: 5671, usersSecret: { name: 'stores-broker' } } };
    spec.cache = { external: { ...at('cache'), usersSecret: { name: 'stores-cache' } } };
  }

  /** What is printed for a statement that the database's own client runs beside it. */
  sql(statement, schema = '') {
    const client = ['mariadb', '--no-defaults', '-uroot', '--socket=/run/mysqld/mysqld.sock', '-N', '-B', '-e', statement];
    return this.cluster.kubectl(['exec', '-n', PLACE, 'database', '--', ...client, ...(schema ? [schema] : [])]);
  }

  stop() {
    return this.cluster.kubectl(['delete', 'namespace', PLACE, '--timeout=120s']);
  }
}

const DATABASE = ['sh', '-c', [
  'mariadb-install-db --no-defaults --datadir=/data/mysql --tmpdir=/tmp --auth-root-authentication-method=normal --skip-test-db >/dev/null',
  'exec mariadbd --no-defaults --datadir=/data/mysql --tmpdir=/tmp --socket=/run/mysqld/mysqld.sock --pid-file=/run/mysqld/pid '
  + '--init-file=/files/init.sql --bind-address=0.0.0.0 --require-secure-transport=ON --ssl-cert=/files/tls.crt --ssl-key=/files/tls.key',
].join(' && ')];

/** A pod of one server, and the Service that names it. */
function pod(name, image, port, command, env = []) {
  const volumes = ['data', 'tmp', 'run'].map((one) => ({ name: one, emptyDir: {} }));
  const spec = {
    securityContext: { runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001 },
    terminationGracePeriodSeconds: 5,
    containers: [{
      name, image, command, env, ports: [{ containerPort: port }],
      readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
      volumeMounts: [
        { name: 'data', mountPath: '/data' }, { name: 'tmp', mountPath: '/tmp' }, { name: 'run', mountPath: '/run/mysqld' },
        { name: 'files', mountPath: '/files', readOnly: true },
      ],
    }],
    volumes: [...volumes, { name: 'files', secret: { secretName: 'files', defaultMode: 0o440 } }],
  };
  return [
    { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: PLACE, labels: { store: name } }, spec },
    { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: PLACE }, spec: { selector: { store: name }, ports: [{ port }] } },
  ];
}

/** An authority, and a certificate of it for the three names. */
function certificates() {
  const folder = mkdtempSync(join(tmpdir(), 'stores.'));
  const at = (name) => join(folder, name);
  const openssl = (...args) => execFileSync('openssl', args, { stdio: 'ignore' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const names = ['database', 'broker', 'cache'].map((name) => `DNS:${name}.${PLACE}.svc`).join(',');
  writeFileSync(at('names'), `subjectAltName=${names}\n`);
  openssl('req', '-x509', ...curve, '-keyout', at('ca.key'), '-out', at('ca.crt'), '-days', '2', '-subj', '/CN=Stores');
  openssl('req', ...curve, '-keyout', at('tls.key'), '-out', at('tls.csr'), '-subj', '/CN=stores');
  openssl('x509', '-req', '-in', at('tls.csr'), '-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', at('names'), '-out', at('tls.crt'));
  const [authority, certificate, key] = ['ca.crt', 'tls.crt', 'tls.key'].map((name) => readFileSync(at(name), 'utf8'));
  rmSync(folder, { recursive: true });
  return { authority, certificate, key };
}

const password = () => randomBytes(18).toString('hex');
const passwords = (names) => Object.fromEntries(names.map((name) => [name, password()]));

/** As RabbitMQ keeps a password. */
function hash(text) {
  const salt = randomBytes(4);
  return Buffer.concat([salt, createHash('sha256').update(salt).update(text).digest()]).toString('base64');
}
