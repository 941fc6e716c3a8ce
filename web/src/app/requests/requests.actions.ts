import { createActionGroup, emptyProps, props } from '@ngrx/store';

import type { FriendshipRequestView, PersonRef } from '../api/models';
import type { Problem } from '../api/problem';

export type Answer = 'accept' | 'reject' | 'cancel';

export const RequestsActions = createActionGroup({
  source: 'Requests',
  events: {
    Load: emptyProps(),
    Loaded: props<{ requests: readonly FriendshipRequestView[] }>(),
    Failed: props<{ problem: Problem }>(),
    Ask: props<{ person: PersonRef }>(),
    Asked: props<{ request: FriendshipRequestView; person: PersonRef }>(),
    'Ask Failed': props<{ person: PersonRef; problem: Problem }>(),
    Answer: props<{ request: FriendshipRequestView; answer: Answer }>(),
    Answered: props<{ request: FriendshipRequestView; answer: Answer }>(),
    'Answer Failed': props<{ request: FriendshipRequestView; problem: Problem }>(),
  },
});
