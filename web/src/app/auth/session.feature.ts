import { createFeature, createReducer, createSelector, on } from '@ngrx/store';

import type { AccountMeView } from '../api/models';
import { failed, IDLE, loading, READY, type Load } from '../core/load';
import type { Identity } from './oidc';
import { SessionActions } from './session.actions';

export interface SessionState {
  readonly identity: Identity | null;
  readonly account: AccountMeView | null;
  readonly load: Load;
  readonly confirmation: 'none' | 'sending' | 'sent' | 'failed';
  /** True from the account's first load with permissions on; `Ready` fires on that edge only. */
  readonly ready: boolean;
}

const initial: SessionState = {
  identity: null,
  account: null,
  load: IDLE,
  confirmation: 'none',
  ready: false,
};

/** What a person must be allowed to do before the lists make sense: an unconfirmed one is not (B-11). */
export function mayChat(account: Pick<AccountMeView, 'permissions'> | null): boolean {
  return account?.permissions.includes('users.view_others') ?? false;
}

export const sessionFeature = createFeature({
  name: 'session',
  reducer: createReducer(
    initial,
    on(SessionActions.signedIn, (state, { identity }): SessionState => ({ ...state, identity })),
    on(SessionActions.loadAccount, (state): SessionState => ({ ...state, load: loading(state.load) })),
    on(SessionActions.accountLoaded, (state, { account }): SessionState => ({
      ...state,
      account,
      load: READY,
    })),
    on(SessionActions.accountFailed, (state, { problem }): SessionState => ({
      ...state,
      load: failed(state.load, problem),
    })),
    on(SessionActions.ready, (state): SessionState => ({ ...state, ready: true })),
    on(SessionActions.resendConfirmation, (state): SessionState => ({ ...state, confirmation: 'sending' })),
    on(SessionActions.confirmationSent, (state): SessionState => ({ ...state, confirmation: 'sent' })),
    on(SessionActions.confirmationFailed, (state): SessionState => ({ ...state, confirmation: 'failed' })),
  ),
  extraSelectors: ({ selectIdentity, selectAccount }) => ({
    selectUserId: createSelector(selectIdentity, (identity) => identity?.userId ?? null),
    selectUserName: createSelector(
      selectIdentity,
      selectAccount,
      (identity, account) => account?.userName ?? identity?.userName ?? '',
    ),
    selectMayChat: createSelector(selectAccount, mayChat),
    selectPermissions: createSelector(
      selectAccount,
      (account): readonly string[] => account?.permissions ?? [],
    ),
  }),
});
