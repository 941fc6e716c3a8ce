import {
  Component,
  computed,
  DestroyRef,
  ElementRef,
  inject,
  input,
  linkedSignal,
  output,
  viewChild,
} from '@angular/core';

import { letters } from '../core/letters';
import { Icon } from '../shared-ui/icon';
import { Drafts } from './drafts';

/** Longest message the server takes, in characters. */
export const LONGEST = 4000;
const PAUSE = 300;

/** The next line of the conversation. What is typed is kept at every pause and never lost. */
@Component({
  selector: 'app-composer',
  imports: [Icon],
  templateUrl: './composer.html',
  host: { class: 'contents', '(document:visibilitychange)': 'save()', '(window:pagehide)': 'save()' },
})
export class Composer {
  readonly chatId = input.required<string>();
  readonly name = input.required<string>();

  readonly send = output<string>();
  readonly typing = output();
  /** Arrow up in an empty composer: the newest message is wanted. */
  readonly up = output();

  private readonly drafts = inject(Drafts);
  private readonly box = viewChild.required<ElementRef<HTMLTextAreaElement>>('box');
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pending: { chatId: string; text: string } | null = null;

  protected readonly text = linkedSignal<string, string>({
    source: () => this.chatId(),
    computation: (chatId) => {
      this.save();
      return this.drafts.get(chatId);
    },
  });
  protected readonly excess = computed(() => letters(this.text().trim()).length - LONGEST);
  protected readonly sendable = computed(() => this.text().trim() !== '' && this.excess() <= 0);

  constructor() {
    inject(DestroyRef).onDestroy(() => this.save());
  }

  focus(): void {
    this.box().nativeElement.focus();
  }

  protected changed(text: string): void {
    this.text.set(text);
    this.grow();
    this.pending = { chatId: this.chatId(), text };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
    if (text.trim() !== '') this.typing.emit();
  }

  protected key(event: KeyboardEvent): void {
    if (event.key === 'ArrowUp' && this.text() === '') {
      event.preventDefault();
      this.up.emit();
    }
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  protected submit(): void {
    if (!this.sendable()) return;
    this.send.emit(this.text().trim());
    this.text.set('');
    this.pending = { chatId: this.chatId(), text: '' };
    this.save();
    this.focus();
  }

  /** Where the browser does not size the field by its content, we do. */
  private grow(): void {
    if (CSS.supports('field-sizing', 'content')) return;
    const box = this.box().nativeElement;
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight}px`;
  }

  protected save(): void {
    clearTimeout(this.timer);
    if (this.pending) this.drafts.set(this.pending.chatId, this.pending.text);
    this.pending = null;
  }
}
