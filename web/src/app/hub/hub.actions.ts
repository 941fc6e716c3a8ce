import { createActionGroup, emptyProps, props } from '@ngrx/store';

import type {
  FriendshipRequestView,
  FriendshipView,
  InvitationView,
  MessageView,
  PersonRef,
} from '../api/models';
import type { LinkState } from './hub-connection';

/** Everything that comes in over the socket. */
export const HubActions = createActionGroup({
  source: 'Hub',
  events: {
    'Link Changed': props<{ link: LinkState }>(),
    'Try Now': emptyProps(),
    'Friendship Request Received': props<{ request: FriendshipRequestView }>(),
    'Friendship Request Answered': props<{ request: FriendshipRequestView }>(),
    'Friendship Created': props<{ friendship: FriendshipView }>(),
    'Friendship Deleted': props<{ friendshipId: string; users: readonly PersonRef[]; deletedBy: string }>(),
    'User Connected': props<{ userId: string; at: string }>(),
    'User Disconnected': props<{ userId: string; at: string }>(),
    'User Idle': props<{ userId: string; at: string }>(),
    'Message Posted': props<{ message: MessageView }>(),
    'Chat Added': props<{ chatId: string }>(),
    'Chat Removed': props<{ chatId: string }>(),
    'Members Changed': props<{ chatId: string }>(),
    'Invitation Received': props<{ invitation: InvitationView }>(),
    'Invitation Answered': props<{ invitation: InvitationView }>(),
    'Read Marker Moved': props<{ chatId: string; readSeq: number; unread: number }>(),
    Typing: props<{ chatId: string; userId: string }>(),
    'Sync Required': emptyProps(),
    'Receive Notification': props<{ title: string; text: string }>(),
  },
});
