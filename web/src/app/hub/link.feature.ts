import { createFeature, createReducer, createSelector, on } from '@ngrx/store';

import type { LinkState } from './hub-connection';
import { HubActions } from './hub.actions';

export interface LinkFeatureState {
  readonly link: LinkState;
  /** Whether this page has been connected before: until then a missing connection is a start, not a loss. */
  readonly everOnline: boolean;
}

const initial: LinkFeatureState = { link: 'stopped', everOnline: false };

export const linkFeature = createFeature({
  name: 'link',
  reducer: createReducer(
    initial,
    on(HubActions.linkChanged, (state, { link }): LinkFeatureState => ({
      link,
      everOnline: state.everOnline || link === 'online',
    })),
  ),
  extraSelectors: ({ selectLink }) => ({
    selectOnline: createSelector(selectLink, (link) => link === 'online'),
  }),
});
