import type { Routes } from '@angular/router';
import { provideEffects } from '@ngrx/effects';
import { provideState } from '@ngrx/store';

import * as sessionEffects from '../auth/session.effects';
import { sessionFeature } from '../auth/session.feature';
import * as chatsEffects from '../chats/chats.effects';
import * as syncEffects from '../chats/sync.effects';
import { chatsFeature } from '../chats/chats.feature';
import * as friendsEffects from '../friends/friends.effects';
import { friendsFeature } from '../friends/friends.feature';
import * as hubEffects from '../hub/hub.effects';
import { linkFeature } from '../hub/link.feature';
import * as messagesEffects from '../messages/messages.effects';
import { messagesFeature } from '../messages/messages.feature';
import * as presenceEffects from '../presence/presence.effects';
import { presenceFeature } from '../presence/presence.feature';
import * as requestsEffects from '../requests/requests.effects';
import { requestsFeature } from '../requests/requests.feature';
import * as noticesEffects from './notices.effects';
import { Shell } from './shell';
import { Welcome } from './welcome';

export const routes: Routes = [
  {
    path: '',
    component: Shell,
    providers: [
      provideState(sessionFeature),
      provideState(linkFeature),
      provideState(friendsFeature),
      provideState(requestsFeature),
      provideState(presenceFeature),
      provideState(chatsFeature),
      provideState(messagesFeature),
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
    children: [
      { path: '', pathMatch: 'full', component: Welcome },
      { path: 'friends', loadComponent: () => import('../friends/friends-page').then((m) => m.FriendsPage) },
      { path: 'profile', loadComponent: () => import('../profile/profile-page').then((m) => m.ProfilePage) },
      { path: 'chats/:id', loadComponent: () => import('../chats/conversation').then((m) => m.Conversation) },
    ],
  },
];
