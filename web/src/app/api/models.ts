/** The wire types in use, by the names the services' OpenAPI documents give them. Nothing else imports `schema.ts`. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type PersonRef = Schemas['PersonRef'];
export type AccountMeView = Schemas['AccountView'];
export type UserView = Schemas['UserView'];
export type ProfileView = Schemas['ProfileDocument'];
export type ProfileRequest = Schemas['ProfileDocument'];
export type FriendshipView = Schemas['FriendshipView'];
export type FriendshipRequestView = Schemas['FriendshipRequestView'];
export type FriendPresenceView = Schemas['FriendPresence'];
export type PresenceState = Schemas['Presence'];
export type SessionView = Schemas['SpanView'];
export type ChatView = Schemas['ChatView'];
export type MessageView = Schemas['MessageView'];
export type MemberView = Schemas['MemberView'];
export type InvitationView = Schemas['InvitationView'];
export type ReadMarkerView = Schemas['ReadMarker'];

/** What we know of one chat when we ask the hub to catch up. */
export interface SyncPosition {
  readonly chatId: string;
  readonly afterSeq: number;
}

/** The hub's answer for one chat: everything we missed, or an explicit order to load it anew, or that it is gone. */
export interface ChatSync {
  readonly chatId: string;
  readonly status: 'complete' | 'reload' | 'gone';
  readonly messages: readonly MessageView[];
  readonly lastSeq: number;
  readonly readSeq: number;
}

export interface SyncResult {
  readonly chats: readonly ChatSync[];
}
