import { Component, computed, ElementRef, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Store } from '@ngrx/store';

import { Api } from '../api/client';
import type { SessionView, UserView } from '../api/models';
import { describe, toProblem, type Problem } from '../api/problem';
import { SessionActions } from '../auth/session.actions';
import { sessionFeature } from '../auth/session.feature';
import { NOW } from '../core/clock';
import { APP_CONFIG } from '../core/config';
import { Failed } from '../shared-ui/failed';
import { Icon } from '../shared-ui/icon';
import { Notices } from '../shared-ui/notices';
import { Tile } from '../shared-ui/tile';
import { atClock, onDate, when } from '../shared-ui/times';
import { LinkBand, linkLost } from '../messages/link-band';
import {
  checkProfile,
  draftOf,
  serverErrors,
  toRequest,
  type ProfileDraft,
  type ProfileErrors,
} from './profile-form';
import { Theme, type ThemeChoice } from './theme';

const NO_ERRORS: ProfileErrors = { age: null, sex: null, location: null };

/** One's own account and profile. Works with any permissions, none included, and with or without a profile (W-48). */
@Component({
  selector: 'app-profile-page',
  imports: [Failed, Icon, LinkBand, RouterLink, Tile],
  templateUrl: './profile-page.html',
  host: { class: 'contents' },
})
export class ProfilePage {
  private readonly store = inject(Store);
  private readonly api = inject(Api);
  private readonly notices = inject(Notices);
  private readonly now = inject(NOW);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  protected readonly theme = inject(Theme);
  protected readonly version = inject(APP_CONFIG).version;
  protected readonly lost = linkLost();

  protected readonly account = this.store.selectSignal(sessionFeature.selectAccount);
  protected readonly userName = this.store.selectSignal(sessionFeature.selectUserName);
  protected readonly userId = this.store.selectSignal(sessionFeature.selectUserId);
  protected readonly permissions = this.store.selectSignal(sessionFeature.selectPermissions);
  protected readonly confirmation = this.store.selectSignal(sessionFeature.selectConfirmation);
  protected readonly mayEdit = computed(() => this.permissions().includes('users.update_self'));
  protected readonly since = computed(() => onDate(this.account()?.createdAt ?? ''));

  protected readonly user = signal<UserView | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly draft = signal<ProfileDraft>(draftOf(undefined));
  protected readonly errors = signal<ProfileErrors>(NO_ERRORS);
  protected readonly refusal = signal<string | null>(null);
  protected readonly saving = signal(false);
  protected readonly sessions = signal<readonly SessionView[]>([]);
  protected readonly changed = computed(
    () => JSON.stringify(this.draft()) !== JSON.stringify(draftOf(this.user()?.profile)),
  );
  protected readonly themes: readonly { value: ThemeChoice; label: string }[] = [
    { value: 'system', label: 'System' },
    { value: 'light', label: 'Light' },
    { value: 'dark', label: 'Dark' },
  ];

  constructor() {
    void this.load();
    void this.loadSessions();
  }

  protected edit(change: Partial<ProfileDraft>): void {
    this.draft.update((draft) => ({ ...draft, ...change }));
  }

  protected undo(): void {
    this.draft.set(draftOf(this.user()?.profile));
    this.errors.set(NO_ERRORS);
    this.refusal.set(null);
  }

  protected async save(): Promise<void> {
    this.refusal.set(null);
    this.errors.set(checkProfile(this.draft()));
    const body = toRequest(this.draft());
    const id = this.userId();
    if (!body || !id) {
      this.focusFirstError();
      return;
    }
    this.saving.set(true);
    try {
      await this.api.call((c) => c.PUT('/api/users/{id}/profile', { params: { path: { id } }, body }));
      this.user.update((user) => user && { ...user, profile: body });
      this.notices.show('Profile saved.');
    } catch (error) {
      const problem = toProblem(error);
      const fields = serverErrors(problem);
      this.errors.set(fields);
      if (!fields.age && !fields.sex && !fields.location) this.refusal.set(`Not saved. ${describe(problem)}`);
      this.focusFirstError();
    } finally {
      this.saving.set(false);
    }
  }

  protected async load(): Promise<void> {
    this.problem.set(null);
    try {
      const user = await this.api.call((c) => c.GET('/api/users/me'));
      this.user.set(user);
      this.draft.set(draftOf(user.profile));
    } catch (error) {
      const problem = toProblem(error);
      // A brand-new account reaches the users service a moment later, and one without permissions may not ask.
      if (problem.status !== 403 && problem.status !== 404) this.problem.set(problem);
    }
  }

  protected resend(): void {
    this.store.dispatch(SessionActions.resendConfirmation());
  }

  protected signOut(): void {
    this.store.dispatch(SessionActions.signOut());
  }

  protected span(session: SessionView): string {
    const began = when(session.startedAt, this.now());
    return session.endedAt ? `${began} to ${atClock(session.endedAt)}` : `${began}, still on`;
  }

  private async loadSessions(): Promise<void> {
    const page = await this.api
      .call((c) => c.GET('/api/session/sessions', { params: { query: { limit: 5 } } }), 'background')
      .catch(() => null);
    this.sessions.set(page?.items ?? []);
  }

  private focusFirstError(): void {
    setTimeout(() => this.host.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  }
}
