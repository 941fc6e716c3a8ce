import { Component, computed, inject, input } from '@angular/core';
import { Router } from '@angular/router';

import { safeReturnUrl } from '../auth/return-url';
import { PlainPage } from './plain-page';

/** After a sign-out, wanted or not. */
@Component({
  selector: 'app-signed-out',
  imports: [PlainPage],
  template: `
    <app-plain-page [heading]="heading()" [text]="text()">
      <button type="button" class="btn btn-main btn-big" (click)="signIn()">Sign in</button>
    </app-plain-page>
  `,
  host: { class: 'contents' },
})
export class SignedOut {
  /** `ended`: the server ended the session; `local`: the server did not hear of the sign-out. */
  readonly why = input<string>();
  readonly to = input<string>();
  private readonly router = inject(Router);

  protected readonly heading = computed(() =>
    this.why() === 'ended' ? 'You were signed out' : 'You are signed out',
  );
  protected readonly text = computed(() =>
    this.why() === 'local'
      ? 'The server did not answer, so it may still think you are signed in. Your drafts are still here.'
      : 'Your drafts are still here.',
  );

  protected signIn(): void {
    void this.router.navigateByUrl(safeReturnUrl(this.to()));
  }
}
