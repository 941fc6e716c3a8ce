import {
  afterNextRender,
  Component,
  ElementRef,
  inject,
  Injector,
  input,
  signal,
  viewChild,
} from '@angular/core';

import { Icon } from './icon';

/** A button with a short list of actions. Put `<button role="menuitem" class="menu-item">` elements inside. */
@Component({
  selector: 'app-menu',
  imports: [Icon],
  template: `
    <button
      type="button"
      class="icon-btn"
      aria-haspopup="menu"
      [attr.aria-label]="label()"
      [attr.aria-expanded]="open()"
      (click)="toggle()"
      #button
    >
      <app-icon name="more" />
    </button>
    @if (open()) {
      <div class="menu" role="menu" [attr.aria-label]="label()"><ng-content /></div>
    }
  `,
  host: {
    class: 'menu-host',
    '(keydown)': 'key($event)',
    '(click)': 'chosen($event)',
    '(focusout)': 'left($event)',
  },
})
export class Menu {
  readonly label = input.required<string>();
  protected readonly open = signal(false);
  private readonly button = viewChild.required<ElementRef<HTMLElement>>('button');
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly injector = inject(Injector);

  protected toggle(): void {
    this.open.update((open) => !open);
    if (this.open()) afterNextRender(() => this.items()[0]?.focus(), { injector: this.injector });
  }

  protected chosen(event: Event): void {
    if (event.target instanceof Element && event.target.closest('[role="menuitem"]')) this.close();
  }

  private close(): void {
    this.button().nativeElement.focus();
    this.open.set(false);
  }

  protected left(event: FocusEvent): void {
    if (!this.host.contains(event.relatedTarget as Node | null)) this.open.set(false);
  }

  protected key(event: KeyboardEvent): void {
    if (!this.open()) return;
    const items = this.items();
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === 'Escape') this.close();
    else if (to !== undefined) items.at(to % items.length)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private items(): HTMLElement[] {
    return [...this.host.querySelectorAll<HTMLElement>('[role="menuitem"]')];
  }
}
