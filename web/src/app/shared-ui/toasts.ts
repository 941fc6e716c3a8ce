import { Component, inject } from '@angular/core';

import { Icon } from './icon';
import { Notices } from './notices';

/** The notices at the edge of the page. They never take focus. */
@Component({
  selector: 'app-toasts',
  imports: [Icon],
  template: `
    <div class="toasts" role="status" aria-live="polite">
      @for (notice of notices.shown(); track notice.id) {
        <div class="toast in-flow">
          <span>{{ notice.text }}</span>
          @if (notice.action; as action) {
            <button type="button" class="btn btn-bare" (click)="action.run(); notices.dismiss(notice.id)">
              {{ action.label }}
            </button>
          }
          <button type="button" class="icon-btn" aria-label="Dismiss" (click)="notices.dismiss(notice.id)">
            <app-icon name="close" />
          </button>
        </div>
      }
    </div>
  `,
})
export class Toasts {
  protected readonly notices = inject(Notices);
}
