/** Why a hub call brought no result. */
export class HubError extends Error {
  constructor(
    /** Problem kind the hub named; `disconnected` when the socket went away, `timeout` when no answer came in time. */
    readonly kind: string,
    readonly detail: string,
  ) {
    super(`${kind}: ${detail}`);
  }

  /** The connection is gone, so nobody knows whether the call was carried out; with the same id it may be repeated. */
  get disconnected(): boolean {
    return this.kind === 'disconnected';
  }

  /** The server may well accept the same call a little later. */
  get passing(): boolean {
    return [
      'unavailable',
      'service-unavailable',
      'too-many-requests',
      'rate-limited',
      'timeout',
      'internal',
    ].includes(this.kind);
  }
}

const HUB_EXCEPTION = /HubException:\s*([a-z][a-z-]*):\s*([\s\S]*)$/;
const BARE = /^([a-z][a-z-]*):\s*([\s\S]*)$/;

/** Reads SignalR's rejected invocation: the hub's own words are `<problem-kind>: <detail>`, somewhere behind SignalR's. */
export function readHubError(error: unknown, connected: boolean): HubError {
  if (error instanceof HubError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const found = HUB_EXCEPTION.exec(text) ?? BARE.exec(text);
  if (found) return new HubError(found[1] ?? '', found[2] ?? '');
  return connected ? new HubError('internal', text) : new HubError('disconnected', text);
}
