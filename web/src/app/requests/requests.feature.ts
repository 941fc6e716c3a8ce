import { createEntityAdapter, type EntityState } from '@ngrx/entity';
import { createFeature, createReducer, createSelector, on } from '@ngrx/store';

import type { FriendshipRequestView } from '../api/models';
import type { Problem } from '../api/problem';
import { SessionActions } from '../auth/session.actions';
import { failed, IDLE, loading, READY, type Load } from '../core/load';
import { HubActions } from '../hub/hub.actions';
import { RequestsActions } from './requests.actions';

/** Pending friendship requests in both directions. */
export interface RequestsState extends EntityState<FriendshipRequestView> {
  readonly me: string;
  readonly load: Load;
  /** Request ids with an answer on its way, and person ids with a question on its way. */
  readonly busy: readonly string[];
  /** Why asking a person failed, by person id. */
  readonly refusals: Readonly<Record<string, Problem>>;
}

const adapter = createEntityAdapter<FriendshipRequestView>({
  sortComparer: (a, b) => b.createdAt.localeCompare(a.createdAt),
});

const initial: RequestsState = adapter.getInitialState({ me: '', load: IDLE, busy: [], refusals: {} });

const without = (ids: readonly string[], id: string): readonly string[] =>
  ids.filter((other) => other !== id);

function put(state: RequestsState, request: FriendshipRequestView): RequestsState {
  return request.state === 'pending' ? adapter.setOne(request, state) : adapter.removeOne(request.id, state);
}

export const requestsFeature = createFeature({
  name: 'requests',
  reducer: createReducer(
    initial,
    on(SessionActions.ready, (state, { userId }): RequestsState => ({ ...state, me: userId })),
    on(RequestsActions.load, (state): RequestsState => ({ ...state, load: loading(state.load) })),
    on(RequestsActions.failed, (state, { problem }): RequestsState => ({
      ...state,
      load: failed(state.load, problem),
    })),
    on(RequestsActions.loaded, (state, { requests }): RequestsState => ({
      ...adapter.setAll(
        requests.filter((r) => r.state === 'pending'),
        state,
      ),
      load: READY,
    })),
    on(
      HubActions.friendshipRequestReceived,
      HubActions.friendshipRequestAnswered,
      (state, { request }): RequestsState => put(state, request),
    ),
    // Crossing requests end in one friendship: whatever hung between the two is settled.
    on(HubActions.friendshipCreated, (state, { friendship }): RequestsState => {
      const people = friendship.users.map((u) => u.id);
      return adapter.removeMany(
        (r) => people.includes(r.requester.id) && people.includes(r.requestee.id),
        state,
      );
    }),
    on(RequestsActions.ask, (state, { person }): RequestsState => {
      const { [person.id]: _, ...refusals } = state.refusals;
      return { ...state, busy: [...state.busy, person.id], refusals };
    }),
    on(RequestsActions.asked, (state, { request, person }): RequestsState => ({
      ...put(state, request),
      busy: without(state.busy, person.id),
    })),
    on(RequestsActions.askFailed, (state, { person, problem }): RequestsState => ({
      ...state,
      busy: without(state.busy, person.id),
      refusals: { ...state.refusals, [person.id]: problem },
    })),
    on(RequestsActions.answer, (state, { request }): RequestsState => ({
      ...state,
      busy: [...state.busy, request.id],
    })),
    on(RequestsActions.answered, (state, { request }): RequestsState => ({
      ...put(state, request),
      busy: without(state.busy, request.id),
    })),
    on(RequestsActions.answerFailed, (state, { request }): RequestsState => ({
      ...state,
      busy: without(state.busy, request.id),
    })),
  ),
  extraSelectors: ({ selectRequestsState, selectMe }) => {
    const { selectAll } = adapter.getSelectors(selectRequestsState);
    return {
      selectIncoming: createSelector(selectAll, selectMe, (all, me) =>
        all.filter((r) => r.requestee.id === me),
      ),
      selectOutgoing: createSelector(selectAll, selectMe, (all, me) =>
        all.filter((r) => r.requester.id === me),
      ),
    };
  },
});
