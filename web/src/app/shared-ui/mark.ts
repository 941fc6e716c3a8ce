import { Component } from '@angular/core';

/** The product's mark. */
@Component({
  selector: 'app-mark',
  template: `
    <svg class="mark" viewBox="0 0 20 20" aria-hidden="true">
      <rect x="1" y="1" width="18" height="18" rx="5" fill="currentColor" />
      <path class="mark-line" d="M7 1v18" />
      <path class="mark-text" d="M10 7h5.5M10 11h3.5" />
    </svg>
  `,
  host: { class: 'icon' },
})
export class Mark {}
