// Releases made for a test: the server image with further migrations in a layer of their own, and a description that the
// operator plans from.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { parse, stringify } from 'yaml';

import { NAMESPACE } from './cluster.mjs';

const BUILT_IN = new URL('../../../release.yaml', import.meta.url).pathname;
/** Where an image brings migrations beside those of its program. */
const ADDED = 'usr/share/securechat/migrations';

/** Flyway's: CRC-32 over the lines without their ends, as a signed number. */
const checksum = (sql) => crc32(sql.split(/[\n\r]/).join('')) | 0;

/** The number that a service's next migration has. */
export function next(service) {
  const { services } = parse(readFileSync(BUILT_IN, 'utf8'));
  return 1 + Math.max(...services.find((one) => one.service === service).migrations.map(({ version }) => version));
}

export class Releases {
  constructor(cluster) {
    this.cluster = cluster;
    this.made = [];
  }

  /** Makes a release: `added` holds for each service its further files, as { users: { 'V8__what.sql': sql } }. */
  async make(version, added) {
    await this.image(version, added);
    const release = parse(readFileSync(BUILT_IN, 'utf8'));
    release.version = version;
    for (const [service, files] of Object.entries(added)) {
      const { migrations } = release.services.find((one) => one.service === service);
      for (const [script, sql] of Object.entries(files)) {
        const [, number] = script.match(/^V(\d+)__/);
        const [, kind] = sql.match(/^-- class: (\w+)/);
        migrations.push({ script, version: Number(number), checksum: checksum(sql), class: kind });
      }
    }
    const name = `release-${version}`;
    const metadata = { name, labels: { 'securechat.io/release': 'true' } };
    await this.cluster.api.create('ConfigMap', NAMESPACE, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'release.yaml': stringify(release) } });
    this.made.push(name);
  }

  async image(version, added) {
    const layer = mkdtempSync(join(tmpdir(), 'layer.'));
    for (const [service, files] of Object.entries(added)) {
      const folder = join(layer, ADDED, service);
      mkdirSync(folder, { recursive: true });
      for (const [script, sql] of Object.entries(files)) writeFileSync(join(folder, script), sql);
    }
    await this.cluster.script('layer', version, layer);
    rmSync(layer, { recursive: true });
  }

  async forget() {
    for (const name of this.made) await this.cluster.api.delete('ConfigMap', NAMESPACE, name);
  }
}

/** Asks for a release, as a person does who runs images of her own. */
export function ask(platform, version) {
  return platform.apply((spec) => {
    spec.version = version;
    spec.images.server = `localhost/securechat:${version}`;
  });
}
