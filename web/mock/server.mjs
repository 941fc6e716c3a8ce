// A double of the whole server for fast checks of the web client: OpenID stub, REST, hub, and the built files from dist/,
// under the content policy the real one sends. Proof of the product comes from the journey tests against the real services.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

import { hub } from './hub.mjs';
import { oidc, userOf } from './oidc.mjs';
import { rest } from './rest.mjs';
import { seed } from './seed.mjs';
import { newState } from './state.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.txt': 'text/plain',
};
const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/** Starts the double on 127.0.0.1. Gives its address, its memory (to play with), and `stop`. */
export async function startMock(port = 0) {
  const state = newState();
  seed(state);
  const server = createServer((req, res) => void serve(state, sockets, req, res));
  const sockets = hub(state, server);
  await new Promise((ready) => server.listen(port, '127.0.0.1', ready));
  const origin = `http://localhost:${server.address().port}`;
  return {
    origin,
    state,
    sockets,
    stop: () => (sockets.cut(), server.closeAllConnections(), server.close()),
  };
}

async function serve(state, sockets, req, res) {
  const url = new URL(req.url, `http://${req.headers.host}`);
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const write = (status, text, headers) => res.writeHead(status, headers).end(text);
  const reply = {
    json: (status, value) => write(status, JSON.stringify(value), { 'content-type': 'application/json' }),
    problem: (status, kind, detail, errors = []) =>
      write(status, JSON.stringify({ type: `/problems/${kind}`, title: kind, status, detail, errors }), {
        'content-type': 'application/problem+json',
      }),
    empty: (status) => write(status),
    html: (text) => write(200, text, { 'content-type': 'text/html; charset=utf-8' }),
    redirect: (to, headers = {}) => write(302, '', { location: to, ...headers }),
  };
  const token = /^Bearer (.+)$/.exec(req.headers.authorization ?? '')?.[1];

  if (state.faults.failPaths.some((path) => url.pathname.startsWith(path)))
    return reply.problem(503, 'unavailable', 'The database is away.');
  if (url.pathname === '/config.json')
    return reply.json(200, {
      issuer: `${url.origin}/auth`,
      clientId: 'securechat-web',
      scopes: 'openid profile email permissions offline_access users chats',
      hubUrl: '/hub/messaginghub',
      apiBase: '/api',
      presencePollSeconds: Number(process.env.MOCK_POLL_SECONDS ?? 60),
      idleAfterSeconds: 300,
      version: '0.1.0',
    });
  if (url.pathname.startsWith('/auth/')) return oidc(state, req, url, body, reply);
  if (url.pathname === '/hub/messaginghub/negotiate')
    return state.faults.hubDown ? reply.problem(503, 'unavailable', 'down') : sockets.negotiate(token, reply);
  if (url.pathname.startsWith('/api/')) {
    const me = userOf(state, token);
    if (!me) return reply.problem(401, 'unauthenticated', 'No valid token');
    if (state.faults.slowMs) await new Promise((done) => setTimeout(done, state.faults.slowMs));
    return rest(state, me, req.method, url, body ? JSON.parse(body) : undefined, reply);
  }
  file(url.pathname, res);
}

function file(path, res) {
  const wanted = join(dist, normalize(path));
  const found =
    wanted.startsWith(dist) && existsSync(wanted) && statSync(wanted).isFile()
      ? wanted
      : join(dist, 'index.html');
  res.writeHead(200, {
    'content-type': TYPES[extname(found)] ?? 'application/octet-stream',
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors ${found.endsWith('silent.html') ? "'self'" : "'none'"}`,
  });
  createReadStream(found).pipe(res);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { origin } = await startMock(Number(process.env.PORT ?? 4300));
  console.log(`SecureChat double: ${origin}`);
}
