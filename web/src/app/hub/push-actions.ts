import type { Action } from '@ngrx/store';

import type { Push } from './hub-contract';
import { HubActions } from './hub.actions';

const isObject = (body: unknown): boolean => typeof body === 'object' && body !== null;

/** A push without a body that makes sense is dropped: it must not stop those behind it (B-36). */
export function toAction(push: Push): Action | null {
  if (!isObject(push.body)) return null;
  switch (push.name) {
    case 'FriendshipRequestReceived':
      return HubActions.friendshipRequestReceived({ request: push.body });
    case 'FriendshipRequestAnswered':
      return HubActions.friendshipRequestAnswered({ request: push.body });
    case 'FriendshipCreated':
      return HubActions.friendshipCreated({ friendship: push.body });
    case 'FriendshipDeleted':
      return HubActions.friendshipDeleted(push.body);
    case 'UserConnected':
      return HubActions.userConnected(push.body);
    case 'UserDisconnected':
      return HubActions.userDisconnected(push.body);
    case 'UserIdle':
      return HubActions.userIdle(push.body);
    case 'MessagePosted':
      return HubActions.messagePosted({ message: push.body });
    case 'ChatAdded':
      return HubActions.chatAdded(push.body);
    case 'ChatRemoved':
      return HubActions.chatRemoved(push.body);
    case 'MembersChanged':
      return HubActions.membersChanged(push.body);
    case 'InvitationReceived':
      return HubActions.invitationReceived({ invitation: push.body });
    case 'InvitationAnswered':
      return HubActions.invitationAnswered({ invitation: push.body });
    case 'ReadMarkerMoved':
      return HubActions.readMarkerMoved(push.body);
    case 'Typing':
      return HubActions.typing(push.body);
    case 'SyncRequired':
      return HubActions.syncRequired();
    case 'ReceiveNotification':
      return HubActions.receiveNotification(push.body);
  }
}
