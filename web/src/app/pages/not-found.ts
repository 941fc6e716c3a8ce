import { Component } from '@angular/core';
import { RouterLink } from '@angular/router';

import { PlainPage } from './plain-page';

@Component({
  selector: 'app-not-found',
  imports: [PlainPage, RouterLink],
  template: `
    <app-plain-page heading="There is no such page" text="The address may be mistyped, or the page is gone.">
      <a class="btn btn-main btn-big" routerLink="/">Back to chats</a>
    </app-plain-page>
  `,
  host: { class: 'contents' },
})
export class NotFound {}
