import { Component, computed, inject, signal } from '@angular/core';
import { Store } from '@ngrx/store';

import { Api } from '../api/client';
import type { UserView } from '../api/models';
import { describe, toProblem } from '../api/problem';
import { friendsFeature } from '../friends/friends.feature';
import { RequestsActions } from '../requests/requests.actions';
import { requestsFeature } from '../requests/requests.feature';
import { Entry } from '../shared-ui/entry';
import { Icon } from '../shared-ui/icon';
import { back, cursorOf, FIRST_PAGE, forward, loaded, PAGE, rangeWords, type Pager } from './search-pager';

type Standing = 'stranger' | 'friend' | 'asked' | 'asks' | 'asking';

/** Finds people by the beginning of their user name or by their exact e-mail address, and asks them. */
@Component({
  selector: 'app-people-search',
  imports: [Entry, Icon],
  templateUrl: './people-search.html',
})
export class PeopleSearch {
  private readonly api = inject(Api);
  private readonly store = inject(Store);
  private readonly friendIds = this.store.selectSignal(friendsFeature.selectFriendIds);
  private readonly incoming = this.store.selectSignal(requestsFeature.selectIncoming);
  private readonly outgoing = this.store.selectSignal(requestsFeature.selectOutgoing);
  private readonly busy = this.store.selectSignal(requestsFeature.selectBusy);
  private readonly refusals = this.store.selectSignal(requestsFeature.selectRefusals);
  private asked = 0;

  protected readonly text = signal('');
  /** What the results shown belong to; null before the first search. */
  protected readonly query = signal<string | null>(null);
  protected readonly found = signal<readonly UserView[]>([]);
  protected readonly pager = signal<Pager>(FIRST_PAGE);
  protected readonly state = signal<'idle' | 'loading' | 'ready'>('idle');
  protected readonly error = signal<string | null>(null);
  protected readonly range = computed(() => rangeWords(this.pager()));
  protected readonly paged = computed(() => this.pager().next !== null || this.pager().cursors.length > 1);

  protected readonly rows = computed(() =>
    this.found().map((user) => {
      const refusal = this.refusals()[user.id];
      return { user, standing: this.standing(user.id), error: refusal ? describe(refusal) : null };
    }),
  );

  protected search(): void {
    const query = this.text().trim();
    if (query === '') {
      this.clear();
      return;
    }
    this.pager.set(FIRST_PAGE);
    void this.load(query);
  }

  protected turn(direction: 'back' | 'forward'): void {
    this.pager.update(direction === 'back' ? back : forward);
    void this.load(this.query() ?? '');
  }

  protected clear(): void {
    this.asked += 1;
    this.query.set(null);
    this.found.set([]);
    this.error.set(null);
    this.state.set('idle');
  }

  protected add(user: UserView): void {
    this.store.dispatch(RequestsActions.ask({ person: { id: user.id, userName: user.userName } }));
  }

  protected accept(user: UserView): void {
    const request = this.incoming().find((r) => r.requester.id === user.id);
    if (request) this.store.dispatch(RequestsActions.answer({ request, answer: 'accept' }));
  }

  private standing(id: string): Standing {
    if (this.friendIds().has(id)) return 'friend';
    if (this.outgoing().some((r) => r.requestee.id === id)) return 'asked';
    if (this.incoming().some((r) => r.requester.id === id)) return 'asks';
    return this.busy().includes(id) ? 'asking' : 'stranger';
  }

  private async load(query: string): Promise<void> {
    const turn = ++this.asked;
    this.state.set('loading');
    this.error.set(null);
    const cursor = cursorOf(this.pager());
    const by = query.includes('@') ? { email: query } : { name: query };
    try {
      const page = await this.api.call((c) =>
        c.GET('/api/users', {
          params: { query: { ...by, limit: PAGE, orderBy: 'userName', ...(cursor && { cursor }) } },
        }),
      );
      // A later search overtakes an earlier one that is still on its way.
      if (turn !== this.asked) return;
      this.found.set(page.items);
      this.pager.update((pager) => loaded(pager, page));
    } catch (error) {
      if (turn !== this.asked) return;
      this.error.set(describe(toProblem(error)));
      this.found.set([]);
    }
    this.query.set(query);
    this.state.set('ready');
  }
}
