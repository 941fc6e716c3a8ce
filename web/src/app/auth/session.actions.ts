import { createActionGroup, emptyProps, props } from '@ngrx/store';

import type { AccountMeView } from '../api/models';
import type { Problem } from '../api/problem';
import type { Identity } from './oidc';

export const SessionActions = createActionGroup({
  source: 'Session',
  events: {
    'Signed In': props<{ identity: Identity }>(),
    'Account Loaded': props<{ account: AccountMeView }>(),
    'Account Failed': props<{ problem: Problem }>(),
    'Load Account': emptyProps(),
    /** The account may use the app: its lists load and the hub connects. */
    Ready: props<{ userId: string }>(),
    'Resend Confirmation': emptyProps(),
    'Confirmation Sent': emptyProps(),
    'Confirmation Failed': props<{ problem: Problem }>(),
    'Check Confirmation': emptyProps(),
    'Sign Out': emptyProps(),
    /** The session ended without the person asking for it. */
    Ended: emptyProps(),
  },
});
