/** The whole store with all its effects, over fakes: what a page sees without a page. */
import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { provideEffects } from '@ngrx/effects';
import { provideState, provideStore, Store } from '@ngrx/store';

import { Api } from '../app/api/client';
import type { AccountMeView } from '../app/api/models';
import * as sessionEffects from '../app/auth/session.effects';
import { SessionActions } from '../app/auth/session.actions';
import { sessionFeature } from '../app/auth/session.feature';
import { TokenSource } from '../app/auth/token-source';
import * as chatsEffects from '../app/chats/chats.effects';
import * as syncEffects from '../app/chats/sync.effects';
import { chatsFeature } from '../app/chats/chats.feature';
import { APP_CONFIG } from '../app/core/config';
import { NEW_ID } from '../app/core/ids';
import { KEPT } from '../app/core/kept';
import { LEAVE } from '../app/core/leave';
import * as friendsEffects from '../app/friends/friends.effects';
import { friendsFeature } from '../app/friends/friends.feature';
import { Hub } from '../app/hub/hub-connection';
import * as hubEffects from '../app/hub/hub.effects';
import { linkFeature } from '../app/hub/link.feature';
import * as messagesEffects from '../app/messages/messages.effects';
import { messagesFeature } from '../app/messages/messages.feature';
import * as presenceEffects from '../app/presence/presence.effects';
import { presenceFeature } from '../app/presence/presence.feature';
import * as requestsEffects from '../app/requests/requests.effects';
import { requestsFeature } from '../app/requests/requests.feature';
import { Notices } from '../app/shared-ui/notices';
import * as noticesEffects from '../app/shell/notices.effects';
import { Subject } from 'rxjs';

import { FakeApi, FakeHub, FakeKept, ME } from './fakes';

export interface World {
  readonly store: Store;
  readonly hub: FakeHub;
  readonly api: FakeApi;
  readonly kept: FakeKept;
  readonly tokens: { ended: Subject<void>; renewals: number };
  readonly left: string[];
  readonly visited: unknown[];
  readonly notices: () => string[];
}

export const PERMISSIONS: readonly AccountMeView['permissions'][number][] = [
  'users.view_others',
  'users.update_self',
  'messages.create',
  'chats.create',
];

export function makeWorld(): World {
  const hub = new FakeHub();
  const api = new FakeApi();
  const kept = new FakeKept();
  const left: string[] = [];
  const visited: unknown[] = [];
  const tokens = {
    ended: new Subject<void>(),
    renewals: 0,
    renewedToken: () => Promise.resolve(String(++tokens.renewals)),
    signOut: () => Promise.resolve(),
  };
  let ids = 0;
  TestBed.configureTestingModule({
    providers: [
      provideStore(),
      provideState(sessionFeature),
      provideState(linkFeature),
      provideState(friendsFeature),
      provideState(requestsFeature),
      provideState(presenceFeature),
      provideState(chatsFeature),
      provideState(messagesFeature),
      { provide: Hub, useValue: hub },
      { provide: Api, useValue: api },
      { provide: KEPT, useValue: kept },
      { provide: TokenSource, useValue: tokens },
      { provide: LEAVE, useValue: (url: string) => left.push(url) },
      { provide: NEW_ID, useValue: () => `new-${++ids}` },
      {
        provide: Router,
        useValue: {
          url: '/chats/c1',
          navigate: (x: unknown) => visited.push(x),
          navigateByUrl: (x: unknown) => visited.push(x),
        },
      },
      { provide: APP_CONFIG, useValue: { presencePollSeconds: 60, idleAfterSeconds: 300 } },
      provideEffects(
        sessionEffects,
        hubEffects,
        friendsEffects,
        requestsEffects,
        presenceEffects,
        chatsEffects,
        syncEffects,
        messagesEffects,
        noticesEffects,
      ),
    ],
  });
  const store = TestBed.inject(Store);
  const shown = TestBed.inject(Notices).shown;
  return { store, hub, api, kept, tokens, left, visited, notices: () => shown().map((n) => n.text) };
}

/** Signed in, confirmed, lists loaded, hub connected. */
export async function makeReadyWorld(answer: FakeApi['answer'] = () => ({ items: [] })): Promise<World> {
  const world = makeWorld();
  world.api.answer = answer;
  world.store.dispatch(SessionActions.signedIn({ identity: { userId: ME.id, userName: ME.userName } }));
  world.store.dispatch(SessionActions.accountLoaded({ account: account() }));
  await settle();
  world.hub.link.next('online');
  await settle();
  return world;
}

export function account(
  permissions: readonly AccountMeView['permissions'][number][] = PERMISSIONS,
): AccountMeView {
  return {
    id: ME.id,
    userName: ME.userName,
    email: 'ilka@example.test',
    emailVerified: permissions.length > 0,
    roles: [],
    permissions: [...permissions],
    createdAt: '2026-11-20T09:00:00Z',
    modifiedAt: '2026-11-20T09:00:00Z',
  };
}

/** Lets promises that are settled run their course. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** What a selector gives right now. */
export function read<T>(world: World, selector: (state: never) => T): T {
  return world.store.selectSignal(selector as unknown as (state: object) => T)();
}
