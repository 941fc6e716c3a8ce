import { createEntityAdapter, type EntityState } from '@ngrx/entity';
import { createFeature, createReducer, createSelector, on } from '@ngrx/store';

import { SessionActions } from '../auth/session.actions';
import { failed, IDLE, loading, READY, type Load } from '../core/load';
import { HubActions } from '../hub/hub.actions';
import { toFriend, type Friend } from './friend';
import { FriendsActions } from './friends.actions';

export interface FriendsState extends EntityState<Friend> {
  readonly me: string;
  readonly load: Load;
}

const adapter = createEntityAdapter<Friend>({
  selectId: (friend) => friend.friendshipId,
  sortComparer: (a, b) => a.person.userName.localeCompare(b.person.userName),
});

const initial: FriendsState = adapter.getInitialState({ me: '', load: IDLE });

export const friendsFeature = createFeature({
  name: 'friends',
  reducer: createReducer(
    initial,
    on(SessionActions.ready, (state, { userId }): FriendsState => ({ ...state, me: userId })),
    on(FriendsActions.load, (state): FriendsState => ({ ...state, load: loading(state.load) })),
    on(FriendsActions.failed, (state, { problem }): FriendsState => ({
      ...state,
      load: failed(state.load, problem),
    })),
    on(FriendsActions.loaded, (state, { friendships }): FriendsState => {
      const friends = friendships.map((f) => toFriend(f, state.me)).filter((f) => f !== null);
      return { ...adapter.setAll(friends, state), load: READY };
    }),
    on(HubActions.friendshipCreated, (state, { friendship }): FriendsState => {
      const friend = toFriend(friendship, state.me);
      return friend ? adapter.setOne(friend, state) : state;
    }),
    on(HubActions.friendshipDeleted, (state, { friendshipId }): FriendsState =>
      adapter.removeOne(friendshipId, state),
    ),
    on(FriendsActions.removed, (state, { friend }): FriendsState =>
      adapter.removeOne(friend.friendshipId, state),
    ),
  ),
  extraSelectors: ({ selectFriendsState }) => {
    const { selectAll } = adapter.getSelectors(selectFriendsState);
    return {
      selectAll,
      selectFriendIds: createSelector(selectAll, (all) => new Set(all.map((f) => f.person.id))),
    };
  },
});
