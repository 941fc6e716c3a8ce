import { createActionGroup, emptyProps, props } from '@ngrx/store';

import type { FriendPresenceView } from '../api/models';

export const PresenceActions = createActionGroup({
  source: 'Presence',
  events: {
    Load: emptyProps(),
    Loaded: props<{ friends: readonly FriendPresenceView[] }>(),
  },
});
