/** Stand-ins for the parts of the client that talk to the outside, so that rules can be tested without it. */
import { BehaviorSubject, Subject } from 'rxjs';

import type {
  ChatView,
  FriendshipRequestView,
  FriendshipView,
  MessageView,
  PersonRef,
} from '../app/api/models';
import { ApiError, readProblem } from '../app/api/problem';
import type { Kept } from '../app/core/kept';
import type { LinkState } from '../app/hub/hub-connection';
import type { Push } from '../app/hub/hub-contract';

export const ME: PersonRef = { id: 'me', userName: 'ilka' };
export const BOB: PersonRef = { id: 'bob', userName: 'bob' };

export function message(seq: number, more: Partial<MessageView> = {}): MessageView {
  const sentAt = new Date(Date.UTC(2026, 10, 23, 9, 0, seq)).toISOString();
  return { id: `m${seq}`, chatId: 'c1', seq, sender: BOB, text: `line ${seq}`, sentAt, ...more };
}

export const run = (from: number, to: number): MessageView[] =>
  Array.from({ length: to - from + 1 }, (_, i) => message(from + i));

export function chatView(more: Partial<ChatView> = {}): ChatView {
  return {
    id: 'c1',
    kind: 'private',
    members: [ME, BOB],
    memberCount: 2,
    lastSeq: 0,
    readSeq: 0,
    unread: 0,
    createdAt: '2026-11-20T09:00:00Z',
    version: 1,
    ...more,
  };
}

export function friendship(id: string, other: PersonRef): FriendshipView {
  return { id, users: [ME, other], createdAt: '2026-11-20T09:00:00Z' };
}

export function request(id: string, requester: PersonRef, requestee: PersonRef): FriendshipRequestView {
  const at = '2026-11-20T09:00:00Z';
  return { id, requester, requestee, state: 'pending', createdAt: at, modifiedAt: at };
}

interface HubCall {
  readonly method: string;
  readonly input: unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A hub whose answers the test gives. */
export class FakeHub {
  readonly pushed = new Subject<Push>();
  readonly link = new BehaviorSubject<LinkState>('stopped');
  readonly pushes = this.pushed.asObservable();
  readonly state = this.link.asObservable();
  readonly calls: HubCall[] = [];
  started = 0;

  start(): void {
    this.started += 1;
  }

  stop(): void {
    this.link.next('stopped');
  }

  tryNow(): void {
    this.link.next('connecting');
  }

  invoke(method: string, input?: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => this.calls.push({ method, input, resolve, reject }));
  }

  of(method: string): HubCall[] {
    return this.calls.filter((call) => call.method === method);
  }
}

export interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly params: { readonly path?: Record<string, string>; readonly query?: Record<string, unknown> };
  readonly body: unknown;
  readonly kind: 'user' | 'background';
}

/** A REST API whose answers a function of the test gives; a thrown ApiError is a refusal. */
export class FakeApi {
  readonly calls: ApiCall[] = [];
  answer: (call: ApiCall) => unknown = () => ({ items: [] });

  async call(
    use: (client: never) => Promise<unknown>,
    kind: 'user' | 'background' = 'user',
  ): Promise<unknown> {
    const method =
      (name: string) => (path: string, init?: { params?: ApiCall['params']; body?: unknown }) => {
        const call: ApiCall = { method: name, path, params: init?.params ?? {}, body: init?.body, kind };
        this.calls.push(call);
        return Promise.resolve(this.answer(call));
      };
    const client = { GET: method('GET'), POST: method('POST'), PUT: method('PUT'), DELETE: method('DELETE') };
    return use(client as never);
  }

  of(method: string, path: string): ApiCall[] {
    return this.calls.filter((call) => call.method === method && call.path === path);
  }
}

export function refusal(status: number, kind: string, detail: string): ApiError {
  return new ApiError(readProblem(status, { type: `/problems/${kind}`, title: kind, detail }));
}

export class FakeKept implements Kept {
  readonly map = new Map<string, string>();

  get(key: string): string | null {
    return this.map.get(key) ?? null;
  }

  set(key: string, value: string): void {
    this.map.set(key, value);
  }

  remove(key: string): void {
    this.map.delete(key);
  }

  keys(prefix: string): string[] {
    return [...this.map.keys()].filter((key) => key.startsWith(prefix));
  }
}
