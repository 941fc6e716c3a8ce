import { createActionGroup, emptyProps, props } from '@ngrx/store';

import type { FriendshipView } from '../api/models';
import type { Problem } from '../api/problem';
import type { Friend } from './friend';

export const FriendsActions = createActionGroup({
  source: 'Friends',
  events: {
    Load: emptyProps(),
    /** The regular poll; it shows nowhere, and heals what a lost push left wrong. */
    Poll: emptyProps(),
    Loaded: props<{ friendships: readonly FriendshipView[] }>(),
    Failed: props<{ problem: Problem }>(),
    Remove: props<{ friend: Friend }>(),
    Removed: props<{ friend: Friend }>(),
    'Remove Failed': props<{ friend: Friend; problem: Problem }>(),
  },
});
