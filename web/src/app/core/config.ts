import { InjectionToken } from '@angular/core';

/** The run-time configuration the web service hands out at /config.json (W-58). */
export interface AppConfig {
  /** The OpenID issuer, `<publicUrl>/auth`. */
  readonly issuer: string;
  readonly clientId: string;
  /** Space-separated scopes to ask for. */
  readonly scopes: string;
  readonly hubUrl: string;
  readonly apiBase: string;
  /** Seconds between two friends polls. */
  readonly presencePollSeconds: number;
  /** Seconds without a sign of life after which the server calls a person idle. */
  readonly idleAfterSeconds: number;
  readonly version: string;
}

export const APP_CONFIG = new InjectionToken<AppConfig>('APP_CONFIG');

/** Fetches and checks the configuration; a missing or ill-typed value is named. */
export async function loadConfig(): Promise<AppConfig> {
  const response = await fetch('config.json', { cache: 'no-cache' });
  if (!response.ok) throw new Error(`/config.json answered ${response.status}`);
  return readConfig(await response.json());
}

export function readConfig(raw: unknown): AppConfig {
  if (typeof raw !== 'object' || raw === null) throw new Error('/config.json is not an object');
  const record = raw as Record<string, unknown>;
  const text = (key: string): string => {
    const value = record[key];
    if (typeof value !== 'string') throw new Error(`/config.json: "${key}" is missing`);
    return value;
  };
  const seconds = (key: string): number => {
    const value = record[key];
    if (typeof value !== 'number' || !(value > 0))
      throw new Error(`/config.json: "${key}" is not a number of seconds`);
    return value;
  };
  const scopes = record['scopes'];
  return {
    issuer: text('issuer'),
    clientId: text('clientId'),
    scopes: Array.isArray(scopes) ? scopes.join(' ') : text('scopes'),
    hubUrl: text('hubUrl'),
    apiBase: text('apiBase'),
    presencePollSeconds: seconds('presencePollSeconds'),
    idleAfterSeconds: seconds('idleAfterSeconds'),
    version: text('version'),
  };
}
