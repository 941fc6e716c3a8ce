import { createActionGroup, emptyProps, props } from '@ngrx/store';

import type { ChatView, InvitationView, PersonRef, SyncPosition, SyncResult } from '../api/models';
import type { Problem } from '../api/problem';
import type { MessagePage } from './chat-entry';

/** What a person does with chats and rooms. */
export const ChatsPageActions = createActionGroup({
  source: 'Chats page',
  events: {
    Open: props<{ chatId: string }>(),
    Close: props<{ chatId: string }>(),
    'Load Again': props<{ chatId: string }>(),
    'Load Older': props<{ chatId: string }>(),
    'Start Private': props<{ person: PersonRef }>(),
    'Create Room': props<{ id: string; name: string }>(),
    Leave: props<{ chatId: string; name: string }>(),
    Delete: props<{ chatId: string; name: string }>(),
    Invite: props<{ chatId: string; person: PersonRef }>(),
    'Answer Invitation': props<{ invitation: InvitationView; answer: 'accept' | 'decline' }>(),
    'Mark Read': props<{ chatId: string; seq: number }>(),
  },
});

/** What the chats service answers. */
export const ChatsApiActions = createActionGroup({
  source: 'Chats API',
  events: {
    'Refresh Lists': emptyProps(),
    'Refresh Chat': props<{ chatId: string }>(),
    'Chats Loaded': props<{ chats: readonly ChatView[] }>(),
    'Chats Failed': props<{ problem: Problem }>(),
    'Invitations Loaded': props<{ invitations: readonly InvitationView[] }>(),
    'Chat Loaded': props<{ chat: ChatView; enter: boolean }>(),
    'Chat Gone': props<{ chatId: string }>(),
    'Page Loading': props<{ chatId: string }>(),
    'Page Loaded': props<{ chatId: string; page: MessagePage }>(),
    'Page Failed': props<{ chatId: string; problem: Problem }>(),
    'Older Loaded': props<{ chatId: string; page: MessagePage }>(),
    'Older Failed': props<{ chatId: string; problem: Problem }>(),
    'Sync Started': props<{ positions: readonly SyncPosition[] }>(),
    /** `asked` names the chats the sync was about, answered or not. */
    'Sync Done': props<{ asked: readonly string[]; result: SyncResult }>(),
    'Sync Failed': props<{ chatIds: readonly string[] }>(),
    Invited: props<{ invitation: InvitationView; person: PersonRef }>(),
    'Invite Failed': props<{ chatId: string; person: PersonRef; problem: Problem }>(),
    'Invitation Settled': props<{ invitation: InvitationView }>(),
    Left: props<{ chatId: string; name: string; deleted: boolean }>(),
    'Action Failed': props<{ problem: Problem; doing: string }>(),
    'Room Failed': props<{ problem: Problem }>(),
  },
});
