// An issuer that believes everybody: code + PKCE is taken but not checked, tokens are unsigned.
import { randomUUID } from 'node:crypto';

const codes = new Map();
const refreshTokens = new Map();
export const accessTokens = new Map();
const ACCESS_SECONDS = Number(process.env.MOCK_ACCESS_SECONDS ?? 300);

const jwt = (claims) =>
  [{ alg: 'RS256', typ: 'JWT' }, claims]
    .map((p) => Buffer.from(JSON.stringify(p)).toString('base64url'))
    .join('.') + '.x';

export function oidc(state, req, url, body, reply) {
  const issuer = `${url.origin}/auth`;
  const session = /mock-session=([^;]+)/.exec(req.headers.cookie ?? '')?.[1];
  const user = state.users.find((u) => u.id === session);
  switch (url.pathname) {
    case '/auth/.well-known/openid-configuration':
      return reply.json(200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        end_session_endpoint: `${issuer}/logout`,
        jwks_uri: `${issuer}/jwks`,
      });
    case '/auth/authorize': {
      const q = url.searchParams;
      const back = (answer) =>
        reply.redirect(
          `${q.get('redirect_uri')}?${new URLSearchParams({ ...answer, state: q.get('state') })}`,
        );
      if (user) {
        const code = randomUUID();
        codes.set(code, { user, nonce: q.get('nonce') });
        return back({ code });
      }
      if (q.get('prompt') === 'none') return back({ error: 'login_required' });
      const links = state.users
        .slice(0, 14)
        .map(
          (u) =>
            `<li><a href="/auth/login?user=${u.id}&to=${encodeURIComponent(url.pathname + url.search)}">${u.userName}</a></li>`,
        );
      const cancel = `${q.get('redirect_uri')}?${new URLSearchParams({ error: 'access_denied', state: q.get('state') })}`;
      return reply.html(
        `<h1>Mock sign-in</h1><ul>${links.join('')}</ul><a href="${cancel.replaceAll('&', '&amp;')}">Cancel</a>`,
      );
    }
    case '/auth/login':
      return reply.redirect(url.searchParams.get('to'), {
        'set-cookie': `mock-session=${url.searchParams.get('user')}; Path=/auth; HttpOnly`,
      });
    case '/auth/token': {
      const form = new URLSearchParams(body);
      const grant =
        form.get('grant_type') === 'refresh_token'
          ? refreshTokens.get(form.get('refresh_token'))
          : codes.get(form.get('code'));
      if (!grant) return reply.json(400, { error: 'invalid_grant' });
      refreshTokens.delete(form.get('refresh_token'));
      codes.delete(form.get('code'));
      const access = randomUUID();
      const refresh = randomUUID();
      accessTokens.set(access, { userId: grant.user.id, until: Date.now() + ACCESS_SECONDS * 1000 });
      refreshTokens.set(refresh, grant);
      const seconds = Math.floor(Date.now() / 1000);
      const claims = {
        iss: issuer,
        sub: grant.user.id,
        aud: 'securechat-web',
        iat: seconds,
        exp: seconds + 300,
        preferred_username: grant.user.userName,
      };
      return reply.json(200, {
        access_token: access,
        token_type: 'Bearer',
        expires_in: ACCESS_SECONDS,
        refresh_token: refresh,
        id_token: jwt(grant.nonce ? { ...claims, nonce: grant.nonce } : claims),
        scope: 'openid profile',
      });
    }
    case '/auth/logout':
      return reply.redirect(
        `${url.searchParams.get('post_logout_redirect_uri')}?state=${url.searchParams.get('state') ?? ''}`,
        {
          'set-cookie': 'mock-session=; Path=/auth; Max-Age=0',
        },
      );
    default:
      return reply.problem(404, 'not-found', 'No such page');
  }
}

export function userOf(state, token) {
  const grant = accessTokens.get(token);
  return grant && grant.until > Date.now() ? state.users.find((u) => u.id === grant.userId) : undefined;
}

/** Plays a session that was ended elsewhere. */
export const forgetRefreshTokens = () => refreshTokens.clear();
