import { afterNextRender, Component, ElementRef, input, output, viewChild } from '@angular/core';

import { Icon } from './icon';
import { returnFocusOnDestroy } from './return-focus';

let count = 0;

/**
 * A modal dialog over the page, by the browser's own <dialog>: focus stays inside, Esc closes, and closing gives focus back
 * to what opened it. It is open for as long as it is rendered.
 */
@Component({
  selector: 'app-dialog',
  imports: [Icon],
  template: `
    <dialog #dialog class="dialog" [attr.aria-labelledby]="titleId" (cancel)="cancelled($event)">
      <header>
        <h2 [id]="titleId">{{ heading() }}</h2>
        <button type="button" class="icon-btn" aria-label="Close" (click)="closed.emit()">
          <app-icon name="close" />
        </button>
      </header>
      <div class="in"><ng-content /></div>
      <footer><ng-content select="[dialogFoot]" /></footer>
    </dialog>
  `,
  host: { '(click)': 'backdrop($event)' },
})
export class Dialog {
  readonly heading = input.required<string>();
  readonly closed = output();
  protected readonly titleId = `dialog-${++count}`;
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');

  constructor() {
    returnFocusOnDestroy();
    afterNextRender(() => {
      const element = this.dialog().nativeElement;
      element.showModal();
      element.querySelector<HTMLElement>('[data-first]')?.focus();
    });
  }

  protected cancelled(event: Event): void {
    event.preventDefault();
    this.closed.emit();
  }

  protected backdrop(event: MouseEvent): void {
    if (event.target === this.dialog().nativeElement) this.closed.emit();
  }
}
