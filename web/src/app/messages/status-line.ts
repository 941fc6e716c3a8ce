import { Component, computed, input, output } from '@angular/core';

import { LinkBand, linkLost } from './link-band';
import { Icon } from '../shared-ui/icon';

/** Who is typing, and the way to what is new; or the state of the connection. Its height never changes. */
@Component({
  selector: 'app-status-line',
  imports: [Icon, LinkBand],
  template: `
    @if (lost()) {
      <app-link-band />
    } @else {
      <div class="status" role="status">
        <span>
          @if (words(); as w) {
            <span class="cut"
              ><b>{{ w.names }}</b> {{ w.verb }}</span
            >
          }
          @if (above() !== null) {
            <button type="button" class="jump-to" (click)="up.emit()">
              <app-icon name="up" />{{ above() }}
            </button>
          } @else if (below() !== null) {
            <button type="button" class="jump-to" (click)="down.emit()">
              <app-icon name="down" />{{ below() }}
            </button>
          }
        </span>
      </div>
    }
  `,
})
export class StatusLine {
  readonly typists = input.required<readonly string[]>();
  readonly above = input.required<string | null>();
  readonly below = input.required<string | null>();
  readonly up = output();
  readonly down = output();
  protected readonly lost = linkLost();
  protected readonly words = computed(() => typingWords(this.typists()));
}

/** At most two people are named. */
export function typingWords(names: readonly string[]): { names: string; verb: string } | null {
  const [first, second] = names;
  if (first === undefined) return null;
  if (second === undefined) return { names: first, verb: 'is typing' };
  return { names: `${first} and ${names.length > 2 ? 'others' : second}`, verb: 'are typing' };
}
