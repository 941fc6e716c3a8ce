/** What a person is told about in passing, and in which words. */
import { inject } from '@angular/core';
import { Router } from '@angular/router';
import { Actions, createEffect, ofType } from '@ngrx/effects';
import { Store } from '@ngrx/store';
import { filter, map, tap, withLatestFrom } from 'rxjs';

import type { PersonRef } from '../api/models';
import { describe } from '../api/problem';
import { SessionActions } from '../auth/session.actions';
import { sessionFeature } from '../auth/session.feature';
import { ChatsApiActions } from '../chats/chats.actions';
import { FriendsActions } from '../friends/friends.actions';
import { HubActions } from '../hub/hub.actions';
import { RequestsActions } from '../requests/requests.actions';
import { Notices } from '../shared-ui/notices';

const other = (people: readonly PersonRef[], me: string | null): string =>
  people.find((p) => p.id !== me)?.userName ?? 'Somebody';

export const friendships = createEffect(
  (actions$ = inject(Actions), store = inject(Store), notices = inject(Notices), router = inject(Router)) =>
    actions$.pipe(
      ofType(
        HubActions.friendshipRequestReceived,
        HubActions.friendshipRequestAnswered,
        HubActions.friendshipCreated,
        HubActions.friendshipDeleted,
        HubActions.invitationReceived,
      ),
      withLatestFrom(store.select(sessionFeature.selectUserId)),
      tap(([action, me]) => {
        const view = { label: 'View', run: () => void router.navigateByUrl('/friends') };
        switch (action.type) {
          case HubActions.friendshipRequestReceived.type:
            if (action.request.requestee.id === me)
              notices.show(
                `${action.request.requester.userName} asks to be your friend.`,
                view,
                action.request.id,
              );
            break;
          case HubActions.friendshipRequestAnswered.type:
            if (action.request.state === 'rejected' && action.request.requester.id === me) {
              notices.show(`${action.request.requestee.userName} declined your request.`);
            }
            break;
          case HubActions.friendshipCreated.type:
            notices.show(`You and ${other(action.friendship.users, me)} are friends now.`);
            break;
          case HubActions.friendshipDeleted.type:
            if (action.deletedBy !== me) notices.show(`${other(action.users, me)} removed you as a friend.`);
            break;
          case HubActions.invitationReceived.type:
            notices.show(
              `${action.invitation.inviter.userName} invites you to ${action.invitation.chatName}.`,
              view,
              action.invitation.id,
            );
            break;
        }
      }),
    ),
  { functional: true, dispatch: false },
);

/** A notice with a way to answer goes once the answer is given, here or in another tab. */
export const settled = createEffect(
  (actions$ = inject(Actions), notices = inject(Notices)) =>
    actions$.pipe(
      ofType(
        RequestsActions.answered,
        HubActions.friendshipRequestAnswered,
        ChatsApiActions.invitationSettled,
        HubActions.invitationAnswered,
      ),
      tap((action) => notices.settle('request' in action ? action.request.id : action.invitation.id)),
    ),
  { functional: true, dispatch: false },
);

export const results = createEffect(
  (actions$ = inject(Actions), notices = inject(Notices)) =>
    actions$.pipe(
      ofType(
        RequestsActions.asked,
        RequestsActions.answered,
        RequestsActions.answerFailed,
        FriendsActions.removed,
        FriendsActions.removeFailed,
        ChatsApiActions.left,
        ChatsApiActions.actionFailed,
        SessionActions.confirmationFailed,
      ),
      map((action): string => {
        switch (action.type) {
          case RequestsActions.asked.type:
            return `You asked ${action.person.userName} to be your friend.`;
          case RequestsActions.answered.type:
            return answered(
              action.request.requester.userName,
              action.request.requestee.userName,
              action.answer,
            );
          case RequestsActions.answerFailed.type:
            return `Your answer did not go through. ${describe(action.problem)}`;
          case FriendsActions.removed.type:
            return `You removed ${action.friend.person.userName} as a friend.`;
          case FriendsActions.removeFailed.type:
            return `${action.friend.person.userName} was not removed. ${describe(action.problem)}`;
          case ChatsApiActions.left.type:
            return action.deleted ? `You deleted ${action.name}.` : `You left ${action.name}.`;
          case ChatsApiActions.actionFailed.type:
            return `${action.doing} ${describe(action.problem)}`;
          case SessionActions.confirmationFailed.type:
            return `The mail was not sent. ${describe(action.problem)}`;
        }
      }),
      tap((text) => notices.show(text)),
    ),
  { functional: true, dispatch: false },
);

/** Notices of the server itself (H-31). */
export const fromServer = createEffect(
  (actions$ = inject(Actions), notices = inject(Notices)) =>
    actions$.pipe(
      ofType(HubActions.receiveNotification),
      filter(({ text, title }) => Boolean(text || title)),
      tap(({ title, text }) => notices.show([title, text].filter(Boolean).join(': '))),
    ),
  { functional: true, dispatch: false },
);

function answered(requester: string, requestee: string, answer: 'accept' | 'reject' | 'cancel'): string {
  switch (answer) {
    case 'accept':
      return `You and ${requester} are friends now.`;
    case 'reject':
      return `You declined ${requester}’s request.`;
    case 'cancel':
      return `You withdrew your request to ${requestee}.`;
  }
}
