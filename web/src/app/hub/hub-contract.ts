/** The hub's methods and pushes, as its contract names them: one JSON object argument each, camelCase. */
import type {
  FriendshipRequestView,
  FriendshipView,
  InvitationView,
  MessageView,
  PersonRef,
  ReadMarkerView,
  SyncPosition,
  SyncResult,
} from '../api/models';

export interface HubMethods {
  SendMessage: { input: { chatId: string; id: string; text: string }; output: MessageView };
  MarkRead: { input: { chatId: string; seq: number }; output: ReadMarkerView };
  Typing: { input: { chatId: string }; output: unknown };
  Activity: { input: undefined; output: unknown };
  Sync: { input: { positions: readonly SyncPosition[] }; output: SyncResult };
}

export interface HubPushes {
  FriendshipRequestReceived: FriendshipRequestView;
  FriendshipRequestAnswered: FriendshipRequestView;
  FriendshipCreated: FriendshipView;
  FriendshipDeleted: { friendshipId: string; users: PersonRef[]; deletedBy: string };
  UserConnected: { userId: string; at: string };
  UserDisconnected: { userId: string; at: string };
  UserIdle: { userId: string; at: string };
  MessagePosted: MessageView;
  ChatAdded: { chatId: string };
  ChatRemoved: { chatId: string };
  MembersChanged: { chatId: string };
  InvitationReceived: InvitationView;
  InvitationAnswered: InvitationView;
  ReadMarkerMoved: { chatId: string; readSeq: number; unread: number };
  Typing: { chatId: string; userId: string };
  SyncRequired: object;
  ReceiveNotification: { title: string; text: string };
}

export type PushName = keyof HubPushes;

export const PUSH_NAMES: readonly PushName[] = [
  'FriendshipRequestReceived',
  'FriendshipRequestAnswered',
  'FriendshipCreated',
  'FriendshipDeleted',
  'UserConnected',
  'UserDisconnected',
  'UserIdle',
  'MessagePosted',
  'ChatAdded',
  'ChatRemoved',
  'MembersChanged',
  'InvitationReceived',
  'InvitationAnswered',
  'ReadMarkerMoved',
  'Typing',
  'SyncRequired',
  'ReceiveNotification',
];

/** One push as it comes in. */
export type Push = { [N in PushName]: { readonly name: N; readonly body: HubPushes[N] } }[PushName];
