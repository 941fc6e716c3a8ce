import { Directive, effect, ElementRef, inject, input } from '@angular/core';

import { toPieces } from './links';

/**
 * Writes a message's text into its element, letter for letter, with web addresses as links. Made of DOM nodes rather than a
 * template, so that no whitespace of ours gets between the words, and none of the words is ever read as markup.
 */
@Directive({ selector: '[appWords]' })
export class Words {
  readonly text = input.required<string>({ alias: 'appWords' });
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;

  constructor() {
    effect(() =>
      this.element.replaceChildren(
        ...toPieces(this.text()).map(({ text, href }) => (href ? link(text, href) : text)),
      ),
    );
  }
}

function link(text: string, href: string): HTMLAnchorElement {
  const anchor = document.createElement('a');
  anchor.href = href;
  anchor.textContent = text;
  anchor.target = '_blank';
  anchor.rel = 'noopener noreferrer';
  return anchor;
}
