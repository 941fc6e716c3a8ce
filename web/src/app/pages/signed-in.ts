import { Component, inject, signal } from '@angular/core';
import { Router } from '@angular/router';

import { sentence } from '../api/problem';
import { SignInRefused } from '../auth/oidc';
import { TokenSource } from '../auth/token-source';
import { PlainPage } from './plain-page';

/** Where the issuer sends the browser back to. Shows what went wrong; when nothing did, it is gone at once. */
@Component({
  selector: 'app-signed-in',
  imports: [PlainPage],
  template: `
    @if (reason(); as words) {
      <app-plain-page heading="You are not signed in" [text]="words">
        <button type="button" class="btn btn-main btn-big" (click)="again()">Sign in</button>
      </app-plain-page>
    }
  `,
  host: { class: 'contents' },
})
export class SignedIn {
  private readonly tokens = inject(TokenSource);
  private readonly router = inject(Router);
  protected readonly reason = signal<string | null>(null);

  constructor() {
    void this.complete();
  }

  protected again(): void {
    void this.tokens
      .start('/')
      .catch(() => this.reason.set('The server did not answer. Try again in a moment.'));
  }

  private async complete(): Promise<void> {
    try {
      const returnTo = await this.tokens.complete(location.href);
      await this.router.navigateByUrl(returnTo, { replaceUrl: true });
    } catch (error) {
      this.reason.set(words(error));
    }
  }
}

export function words(error: unknown): string {
  if (!(error instanceof SignInRefused)) return 'The sign-in could not be finished here. Start it once more.';
  if (error.code === 'access_denied') return 'You cancelled the sign-in.';
  return `The server refused the sign-in. ${sentence(error.reason ?? error.code)}`;
}
