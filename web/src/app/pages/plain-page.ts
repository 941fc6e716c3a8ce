import { Component, input } from '@angular/core';

import { Mark } from '../shared-ui/mark';

/** A page outside the frame, on the ledger's margin like the server's own pages. */
@Component({
  selector: 'app-plain-page',
  imports: [Mark],
  template: `
    <main class="plain" id="main">
      <div class="plain-line plain-top">
        <span class="plain-host"><app-mark />{{ host }}</span>
        <h1>{{ heading() }}</h1>
      </div>
      <div class="plain-line">
        <span></span>
        <div>
          <p class="plain-lede">{{ text() }}</p>
          <div class="plain-go"><ng-content /></div>
        </div>
      </div>
    </main>
  `,
})
export class PlainPage {
  readonly heading = input.required<string>();
  readonly text = input.required<string>();
  protected readonly host = location.host;
}
