import { createActionGroup, props } from '@ngrx/store';

import type { MessageView } from '../api/models';
import type { Outgoing } from './outgoing';

export const MessagesActions = createActionGroup({
  source: 'Messages',
  events: {
    Send: props<{ id: string; chatId: string; text: string; at: string }>(),
    'Send Again': props<{ id: string }>(),
    Discard: props<{ id: string }>(),
    /** Unsent messages that an earlier page left in this browser. */
    Restored: props<{ outgoing: readonly Outgoing[] }>(),
    Sending: props<{ id: string }>(),
    /** The server has it. */
    Stored: props<{ message: MessageView }>(),
    /** Nobody knows whether it arrived; it goes again, with the same id. `counts` when the server said "not now". */
    Requeued: props<{ id: string; counts: boolean }>(),
    Refused: props<{ id: string; reason: string; kind: string }>(),
    /** It stands in the log now and needs no line of its own. */
    Settled: props<{ ids: readonly string[] }>(),
    'Typing Ended': props<{ chatId: string; userId: string; beat: number }>(),
  },
});
