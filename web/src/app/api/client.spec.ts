import { TestBed } from '@angular/core/testing';

import { settle } from '../../testing/world';
import { TokenSource } from '../auth/token-source';
import { Busy } from '../core/busy';
import { APP_CONFIG } from '../core/config';
import { Api } from './client';
import { ApiError } from './problem';

function setUp(
  answers: ((request: Request) => Response | Promise<Response>)[],
  apiBase = 'http://chat.test/api',
) {
  const seen: { url: string; token: string | null; body: string }[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    seen.push({
      url: request.url,
      token: request.headers.get('authorization'),
      body: await request.clone().text(),
    });
    const answer = answers.shift();
    if (!answer) throw new TypeError('Failed to fetch');
    return answer(request);
  });
  let number = 1;
  const tokens = {
    accessToken: () => Promise.resolve(`t${number}`),
    renewedToken: vi.fn(() => Promise.resolve(`t${++number}`)),
    reject: vi.fn(),
  };
  TestBed.configureTestingModule({
    providers: [
      { provide: TokenSource, useValue: tokens },
      { provide: APP_CONFIG, useValue: { apiBase } },
    ],
  });
  return { api: TestBed.inject(Api), busy: TestBed.inject(Busy), tokens, seen };
}

const json = (status: number, body: unknown) => () =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
const problem = (status: number, kind: string, detail: string) => () =>
  new Response(JSON.stringify({ type: `/problems/${kind}`, title: kind, status, detail }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

describe('the REST client', () => {
  afterEach(() => vi.unstubAllGlobals());

  // Proves: W-58
  it.each(['http://chat.test/api', 'http://chat.test/api/', 'http://chat.test'])(
    'takes its address from the configuration (%s)',
    async (base) => {
      const { api, seen } = setUp([json(200, { items: [] })], base);
      await api.call((c) => c.GET('/api/chats'));
      expect(seen[0]).toMatchObject({ url: 'http://chat.test/api/chats', token: 'Bearer t1' });
    },
  );

  // Proves: W-51
  it('meets a 401 with a new token and the same request', async () => {
    const { api, tokens, seen } = setUp([problem(401, 'unauthenticated', 'expired'), json(201, { id: 'x' })]);
    await api.call((c) => c.POST('/api/chats/rooms', { body: { id: 'x', name: 'Deploys' } }));
    expect(seen.map((s) => s.token)).toEqual(['Bearer t1', 'Bearer t2']);
    expect(seen[1]?.body).toBe(seen[0]?.body);
    expect(tokens.reject).not.toHaveBeenCalled();
  });

  // Proves: W-51
  it('ends the session when a fresh token is rejected as well', async () => {
    const { api, tokens } = setUp([
      problem(401, 'unauthenticated', 'no'),
      problem(401, 'unauthenticated', 'no'),
    ]);
    await caught(api.call((c) => c.GET('/api/chats')));
    expect(tokens.reject).toHaveBeenCalledTimes(1);
  });

  // Proves: W-51, B-11, B-34
  it('never signs out over a 403, nor asks for another token', async () => {
    const { api, tokens } = setUp([problem(403, 'forbidden', 'This needs a confirmed account.')]);
    const error = await caught(api.call((c) => c.GET('/api/chats')));
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).problem).toMatchObject({
      status: 403,
      kind: 'forbidden',
      detail: 'This needs a confirmed account.',
    });
    expect(tokens.reject).not.toHaveBeenCalled();
    expect(tokens.renewedToken).not.toHaveBeenCalled();
  });

  it('says "no answer" for a dead network and a proxy page alike', async () => {
    const { api } = setUp([() => new Response('<html>Bad gateway</html>', { status: 502 })]);
    expect((await caught(api.call((c) => c.GET('/api/chats')))) as ApiError).toMatchObject({
      problem: { status: 502, kind: 'unknown' },
    });
    expect((await caught(api.call((c) => c.GET('/api/chats')))) as ApiError).toMatchObject({
      problem: { status: 0, kind: 'network' },
    });
  });

  // Proves: H-20, B-31
  it('is busy during a call somebody waits for, and not during a poll', async () => {
    let finish: (response: Response) => void = () => undefined;
    const slow = () => new Promise<Response>((resolve) => (finish = resolve));
    const { api, busy } = setUp([slow, slow]);

    const poll = api.call((c) => c.GET('/api/session/friends'), 'background');
    await settle();
    expect(busy.active()).toBe(false);
    finish(json(200, { items: [] })());
    await poll;

    const asked = api.call((c) => c.GET('/api/chats'));
    await settle();
    expect(busy.active()).toBe(true);
    finish(json(200, { items: [] })());
    await asked;
    expect(busy.active()).toBe(false);
  });
});
