// A person without a browser: signs in by code and PKCE as any OpenID client does, then speaks REST and SignalR.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';

const SCOPES = 'openid profile email permissions offline_access account users session messaging chats';

/** RFC 9562: 48 bits of time, then chance. */
export function uuidV7() {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

export class Person {
  static async signIn(stack, name, password = stack.password(name), options = {}) {
    const person = new Person();
    // Behind a proxy that is trusted, she may have an address of her own.
    Object.assign(person, { stack, name, headers: options.from ? { 'x-forwarded-for': options.from } : {} });
    await person.authorize(password, options.scope ?? SCOPES, options.base ?? stack.url);
    // A new account is known to everybody once its event went round: right after the first start the broker is still starting.
    if (options.known ?? true) await person.until(async () => (await person.call('GET', '/api/users/me')).status === 200);
    return person;
  }

  async authorize(password, scope, base) {
    const cookies = new Map();
    const call = async (url, init = {}) => {
      const headers = { ...this.headers, ...init.headers, cookie: [...cookies].map(([k, v]) => `${k}=${v}`).join('; ') };
      const answer = await fetch(new URL(url, base), { ...init, headers, redirect: 'manual' });
      for (const line of answer.headers.getSetCookie()) {
        const [pair] = line.split(';');
        cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
      }
      if (answer.status >= 400) throw new Error(`${this.name} cannot sign in: ${answer.url.split('?')[0]}: ${answer.status}`);
      return answer;
    };
    const verifier = randomBytes(32).toString('base64url');
    const redirect = `${this.stack.url}/signed-in`;
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'securechat-web',
      redirect_uri: redirect,
      scope,
      state: 'journey',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const page = (await call(`/auth/authorize?${query}`)).headers.get('location');
    const html = await (await call(page)).text();
    const guard = html.match(/name="guard" value="([^"]+)"/)[1];
    const returnTo = new URL(page, this.stack.url).searchParams.get('return_to');
    const form = new URLSearchParams({ guard, return_to: returnTo, user_name: this.name, password, action: 'sign-in' });
    const signedIn = await call('/auth/login', { method: 'POST', body: form });
    const back = new URL((await call(signedIn.headers.get('location'))).headers.get('location'));
    const answer = await call('/auth/token', {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: back.searchParams.get('code'),
        redirect_uri: redirect,
        client_id: 'securechat-web',
        code_verifier: verifier,
      }),
    });
    this.tokens = await answer.json();
    this.id = JSON.parse(Buffer.from(this.tokens.access_token.split('.')[1], 'base64url')).sub;
  }

  /** Takes new tokens for her refresh token. */
  async refresh() {
    const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'securechat-web', refresh_token: this.tokens.refresh_token });
    const answer = await fetch(new URL('/auth/token', this.stack.url), { method: 'POST', headers: this.headers, body: form });
    if (!answer.ok) throw new Error(`${this.name} cannot renew her token: ${answer.status}`);
    this.tokens = await answer.json();
  }

  /** Asks again and again until `check` is true. */
  async until(check, seconds = 40) {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
      if (await check()) return;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`${this.name} waited ${seconds} s in vain for: ${check}`);
  }

  /** A REST call: status and body. */
  async call(method, path, body, { token = this.tokens.access_token, base = this.stack.url, headers = {} } = {}) {
    const all = { ...this.headers, ...headers };
    if (token) all.authorization = `Bearer ${token}`;
    if (body !== undefined) all['content-type'] ??= 'application/json';
    const answer = await fetch(new URL(path, base), { method, headers: all, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, body: text && JSON.parse(text), headers: answer.headers };
  }

  /** A REST call that must succeed: its body. */
  async ask(method, path, body) {
    let answer = await this.call(method, path, body);
    while (answer.status === 429) {
      await new Promise((done) => setTimeout(done, 1000 * Number(answer.headers.get('retry-after'))));
      answer = await this.call(method, path, body);
    }
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Opens the hub with the unmodified client; every push is kept in `pushes`. */
  async connect() {
    this.pushes = [];
    this.waiting = [];
    this.hub = new HubConnectionBuilder()
      .withUrl(`${this.stack.url}/hub/messaginghub`, {
        headers: this.headers,
        accessTokenFactory: () => this.tokens.access_token,
        transport: HttpTransportType.WebSockets,
      })
      .configureLogging(LogLevel.None)
      .withAutomaticReconnect({ nextRetryDelayInMilliseconds: () => 100 + Math.random() * 400 })
      .build();
    for (const method of PUSHES) this.hub.on(method, (body) => this.receive(method, body));
    await this.hub.start();
    return this;
  }

  receive(method, body) {
    this.pushes.push({ method, body });
    this.waiting = this.waiting.filter((look) => !look());
  }

  /** The first push of `method` that fits, past or to come. */
  push(method, fits = () => true, seconds = 20) {
    const find = () => this.pushes.find((push) => push.method === method && fits(push.body))?.body;
    if (find()) return Promise.resolve(find());
    return new Promise((found, failed) => {
      const late = () => failed(new Error(`${this.name} got no ${method} in ${seconds} s; got ${this.pushes.map((p) => p.method)}`));
      const timer = setTimeout(late, seconds * 1000);
      this.waiting.push(() => {
        const body = find();
        if (body) {
          clearTimeout(timer);
          found(body);
        }
        return body !== undefined;
      });
    });
  }

  async befriend(other) {
    const request = await this.ask('POST', '/api/users/friendship-requests', { requesteeId: other.id });
    await other.ask('POST', `/api/users/friendship-requests/${request.id}/accept`);
    return request;
  }

  send(chatId, text, id = uuidV7()) {
    return this.hub.invoke('SendMessage', { chatId, id, text });
  }
}

const PUSHES = [
  'FriendshipRequestReceived', 'FriendshipRequestAnswered', 'FriendshipCreated', 'FriendshipDeleted', 'UserConnected',
  'UserDisconnected', 'UserIdle', 'MessagePosted', 'ChatAdded', 'ChatRemoved', 'MembersChanged', 'InvitationReceived',
  'InvitationAnswered', 'ReadMarkerMoved', 'Typing', 'SyncRequired', 'ReceiveNotification',
];
