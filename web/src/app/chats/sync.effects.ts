import { inject } from '@angular/core';
import { Actions, createEffect, ofType } from '@ngrx/effects';
import { Store } from '@ngrx/store';
import {
  catchError,
  debounceTime,
  delay,
  EMPTY,
  filter,
  from,
  groupBy,
  map,
  mergeMap,
  of,
  switchMap,
  throttleTime,
  timer,
  withLatestFrom,
} from 'rxjs';

import { Hub } from '../hub/hub-connection';
import { HubActions } from '../hub/hub.actions';
import { linkFeature } from '../hub/link.feature';
import { inBatches } from '../core/batches';
import { ChatsApiActions, ChatsPageActions } from './chats.actions';
import { chatsFeature } from './chats.feature';

const REORDER_GRACE = 150;
const RETRY_SYNC = 2_000;
const MARK_EVERY = 500;
const BATCH = 100;

/** After every (re)connect, and when the hub says so, everything known is compared with the server (W-49). */
export const syncAll = createEffect(
  (actions$ = inject(Actions), store = inject(Store)) =>
    actions$.pipe(
      ofType(HubActions.linkChanged, HubActions.syncRequired),
      filter((action) => action.type === HubActions.syncRequired.type || action.link === 'online'),
      withLatestFrom(store.select(chatsFeature.selectPositions)),
      filter(([, positions]) => positions.length > 0),
      map(([, positions]) => ChatsApiActions.syncStarted({ positions })),
    ),
  { functional: true },
);

/** A hole that the hub's own reordering does not close in a moment is asked for. */
export const syncGaps = createEffect(
  (store = inject(Store)) =>
    store.select(chatsFeature.selectGaps).pipe(
      debounceTime(REORDER_GRACE),
      withLatestFrom(store.select(chatsFeature.selectPositions), store.select(linkFeature.selectOnline)),
      filter(([, , online]) => online),
      map(([gaps, positions]) => positions.filter((p) => gaps.includes(p.chatId))),
      filter((positions) => positions.length > 0),
      map((positions) => ChatsApiActions.syncStarted({ positions })),
    ),
  { functional: true },
);

export const sync = createEffect(
  (actions$ = inject(Actions), hub = inject(Hub)) =>
    actions$.pipe(
      ofType(ChatsApiActions.syncStarted),
      // Few enough at a time for one hub message.
      mergeMap(({ positions }) => inBatches(positions, BATCH)),
      mergeMap((positions) => {
        const asked = positions.map((p) => p.chatId);
        return from(hub.invoke('Sync', { positions })).pipe(
          map((result) => ChatsApiActions.syncDone({ asked, result })),
          catchError(() => of(ChatsApiActions.syncFailed({ chatIds: asked }))),
        );
      }),
    ),
  { functional: true },
);

/** A sync that failed on a living connection is asked again: nothing else would tell us what we lack. */
export const syncAgain = createEffect(
  (actions$ = inject(Actions), store = inject(Store)) =>
    actions$.pipe(
      ofType(ChatsApiActions.syncFailed),
      delay(RETRY_SYNC),
      withLatestFrom(store.select(chatsFeature.selectPositions), store.select(linkFeature.selectOnline)),
      filter(([, , online]) => online),
      map(([{ chatIds }, positions]) => positions.filter((p) => chatIds.includes(p.chatId))),
      filter((positions) => positions.length > 0),
      map((positions) => ChatsApiActions.syncStarted({ positions })),
    ),
  { functional: true },
);

/** `reload`: more was missed than a sync carries. The chat's own numbers come anew; messages follow when it is open. */
export const reload = createEffect(
  (actions$ = inject(Actions)) =>
    actions$.pipe(
      ofType(ChatsApiActions.syncDone),
      mergeMap(({ result }) => result.chats.filter((c) => c.status === 'reload')),
      map(({ chatId }) => ChatsApiActions.refreshChat({ chatId })),
    ),
  { functional: true },
);

export const markRead = createEffect(
  (actions$ = inject(Actions), hub = inject(Hub)) =>
    actions$.pipe(
      ofType(ChatsPageActions.markRead),
      groupBy(({ chatId }) => chatId, { duration: () => timer(60_000) }),
      mergeMap((group) =>
        group.pipe(
          // In a busy room the marker moves twice a second, not with every message.
          throttleTime(MARK_EVERY, undefined, { leading: true, trailing: true }),
          switchMap(({ chatId, seq }) =>
            from(hub.invoke('MarkRead', { chatId, seq })).pipe(
              map(({ readSeq, unread }) => HubActions.readMarkerMoved({ chatId, readSeq, unread })),
              catchError(() => EMPTY),
            ),
          ),
        ),
      ),
    ),
  { functional: true },
);

/** Marks that got lost with a connection are made again on the next. */
export const markReadAgain = createEffect(
  (actions$ = inject(Actions), store = inject(Store)) =>
    actions$.pipe(
      ofType(ChatsApiActions.syncDone),
      withLatestFrom(store.select(chatsFeature.selectUnackedReads)),
      mergeMap(([, marks]) => marks.map((mark) => ChatsPageActions.markRead(mark))),
    ),
  { functional: true },
);
