import { inject, Injectable } from '@angular/core';
import createClient, { type Client } from 'openapi-fetch';

import { TokenSource } from '../auth/token-source';
import { Busy } from '../core/busy';
import { APP_CONFIG } from '../core/config';
import { ApiError, NO_ANSWER, readProblem } from './problem';
import type { paths } from './schema';

interface Answer<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** The services' REST API, typed by their OpenAPI document. */
@Injectable({ providedIn: 'root' })
export class Api {
  private readonly tokens = inject(TokenSource);
  private readonly busy = inject(Busy);
  private readonly client: Client<paths>;

  constructor() {
    // Paths in the document carry their /api prefix already.
    const baseUrl = inject(APP_CONFIG)
      .apiBase.replace(/\/+$/, '')
      .replace(/\/api$/, '');
    this.client = createClient<paths>({ baseUrl, fetch: (request) => this.send(request) });
  }

  /**
   * Runs one call and gives its body; rejects with ApiError.
   * A call made for a person shows in the busy bar; `background` ones (polls, catch-up) do not (H-20).
   */
  async call<T>(run: (client: Client<paths>) => Promise<Answer<T>>, kind: 'user' | 'background' = 'user') {
    const done = kind === 'user' ? this.busy.begin() : undefined;
    try {
      const { data, error, response } = await run(this.client);
      if (!response.ok) throw new ApiError(readProblem(response.status, error));
      return data as NonNullable<T>;
    } catch (error) {
      throw error instanceof ApiError ? error : new ApiError(NO_ANSWER);
    } finally {
      done?.();
    }
  }

  /** A 401 is met once with a new token; when that is refused as well the session is over (W-51). A 403 never is. */
  private async send(request: Request): Promise<Response> {
    const spare = request.clone();
    const first = await this.attempt(request, await this.tokens.accessToken());
    if (first.status !== 401) return first;
    const second = await this.attempt(spare, await this.tokens.renewedToken());
    if (second.status === 401) this.tokens.reject();
    return second;
  }

  private attempt(request: Request, token: string): Promise<Response> {
    request.headers.set('authorization', `Bearer ${token}`);
    return fetch(request);
  }
}
