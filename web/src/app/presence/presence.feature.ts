import { createFeature, createReducer, createSelector, on } from '@ngrx/store';

import type { PresenceState as Presence } from '../api/models';
import { HubActions } from '../hub/hub.actions';
import { linkFeature } from '../hub/link.feature';
import { PresenceActions } from './presence.actions';

export interface PresenceMark {
  readonly presence: Presence;
  /** Since when; empty for somebody who was never seen. */
  readonly since: string;
}

export interface PresenceState {
  readonly byUser: Readonly<Record<string, PresenceMark>>;
  /** Whom a push named since the poll now under way was asked: there the push is newer than the answer. */
  readonly pushed: readonly string[];
}

const initial: PresenceState = { byUser: {}, pushed: [] };

function mark(state: PresenceState, userId: string, presence: Presence, since: string): PresenceState {
  const before = state.byUser[userId];
  // Pushes of one person may overtake each other: the later moment counts.
  if (before && Date.parse(before.since) > Date.parse(since)) return state;
  return { byUser: { ...state.byUser, [userId]: { presence, since } }, pushed: [...state.pushed, userId] };
}

const hasMark = (
  entry: readonly [string, PresenceMark | undefined],
): entry is readonly [string, PresenceMark] => entry[1] !== undefined;

const UNKNOWN: Readonly<Record<string, PresenceMark>> = {};

export const presenceFeature = createFeature({
  name: 'presence',
  reducer: createReducer(
    initial,
    on(PresenceActions.load, (state): PresenceState => ({ ...state, pushed: [] })),
    // The poll is the whole truth: whom it does not name, or names offline, is not online (H-12).
    on(PresenceActions.loaded, (state, { friends }): PresenceState => {
      const polled = friends.map(
        ({ userId, presence, since }) => [userId, { presence, since: since ?? '' }] as const,
      );
      const newer = state.pushed.map((userId) => [userId, state.byUser[userId]] as const).filter(hasMark);
      return { byUser: Object.fromEntries([...polled, ...newer]), pushed: [] };
    }),
    on(HubActions.userConnected, (state, { userId, at }): PresenceState => mark(state, userId, 'online', at)),
    on(HubActions.userIdle, (state, { userId, at }): PresenceState => mark(state, userId, 'idle', at)),
    on(HubActions.userDisconnected, (state, { userId, at }): PresenceState =>
      mark(state, userId, 'offline', at),
    ),
  ),
  extraSelectors: ({ selectByUser }) => ({
    /** Without a connection nobody's presence is known, so none is given out. */
    selectKnown: createSelector(selectByUser, linkFeature.selectOnline, (byUser, online) =>
      online ? byUser : UNKNOWN,
    ),
  }),
});
