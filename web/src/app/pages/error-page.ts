import { Component, computed, inject, input } from '@angular/core';
import { Router, RouterLink } from '@angular/router';

import { safeReturnUrl } from '../auth/return-url';
import { PlainPage } from './plain-page';

/** The page for what no other page can show. It always has a way back. */
@Component({
  selector: 'app-error-page',
  imports: [PlainPage, RouterLink],
  template: `
    <app-plain-page heading="That did not work" [text]="text()">
      <button type="button" class="btn btn-main btn-big" (click)="again()">Try again</button>
      <a class="btn btn-big" routerLink="/">Back to chats</a>
    </app-plain-page>
  `,
  host: { class: 'contents' },
})
export class ErrorPage {
  readonly why = input<string>();
  readonly to = input<string>();
  private readonly router = inject(Router);
  protected readonly text = computed(() =>
    this.why() === 'sign-in'
      ? 'The sign-in service did not answer. Your drafts are still here; try again in a moment.'
      : 'Something failed that should not have. Nothing you wrote is lost.',
  );

  protected again(): void {
    void this.router.navigateByUrl(safeReturnUrl(this.to()));
  }
}
