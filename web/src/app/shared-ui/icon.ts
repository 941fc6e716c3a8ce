import { Component, computed, input } from '@angular/core';

export type IconName =
  | 'add-person'
  | 'alert'
  | 'back'
  | 'check'
  | 'clock'
  | 'close'
  | 'down'
  | 'gear'
  | 'loop'
  | 'more'
  | 'off'
  | 'people'
  | 'plus'
  | 'search'
  | 'send'
  | 'up';

/** One of the icons that stand in index.html. Decoration: the words are beside it or in the button's label. */
@Component({
  selector: 'app-icon',
  template: `<svg class="i" aria-hidden="true"><use [attr.href]="href()" /></svg>`,
  host: { class: 'icon' },
})
export class Icon {
  readonly name = input.required<IconName>();
  protected readonly href = computed(() => `#i-${this.name()}`);
}
