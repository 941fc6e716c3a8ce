// What was asked of the API server, from its audit log: everything but what the node and Kubernetes' own controllers ask
// (tests/cluster/config/audit-policy.yaml).
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

const READS = ['get', 'list', 'watch'];

export class Audit {
  constructor(file) {
    this.file = file;
  }

  /** Now, as a place in the log. */
  mark() {
    return this.read(undefined).end;
  }

  /** The requests since a mark that were answered (of a watch: begun), oldest first. */
  since(mark) {
    const lines = this.read(mark).text.split('\n');
    return lines.filter(Boolean).map((line) => requestOf(JSON.parse(line)));
  }

  read(from) {
    if (!existsSync(this.file)) return { text: '', end: 0 };
    const file = openSync(this.file, 'r');
    try {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(from === undefined ? 0 : size - from);
      readSync(file, bytes, 0, bytes.length, from ?? size);
      // A line that is being written belongs to the next reading.
      const text = bytes.toString('utf8');
      return { text: text.slice(0, text.lastIndexOf('\n') + 1), end: size };
    } finally {
      closeSync(file);
    }
  }
}

/** Of an entry in the log, who asked for what, and when it was received (milliseconds). */
function requestOf({ user, verb, objectRef = {}, responseStatus = {}, requestReceivedTimestamp, requestURI, stage }) {
  return {
    at: Date.parse(requestReceivedTimestamp),
    user: user.username,
    /** The pod that a service account's token was given to. */
    pod: user.extra?.['authentication.kubernetes.io/pod-name']?.[0],
    verb,
    namespace: objectRef.namespace,
    resource: [objectRef.resource, objectRef.subresource].filter(Boolean).join('/'),
    name: objectRef.name,
    code: responseStatus.code,
    writes: !READS.includes(verb) && responseStatus.code < 300,
    began: stage === 'ResponseStarted',
    uri: requestURI,
  };
}
