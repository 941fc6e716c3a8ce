import { Component, input, output } from '@angular/core';

import { describe, type Problem } from '../api/problem';
import { Notices } from './notices';
import { inject } from '@angular/core';

/** A pane that could not load: what happened, what is safe, what to do. */
@Component({
  selector: 'app-failed',
  template: `
    <div class="empty pane-failed" role="alert">
      <h2>{{ heading() }}</h2>
      <p>{{ words() }} Nothing is lost.</p>
      <div class="go">
        <button type="button" class="btn btn-main" (click)="again.emit()">Load again</button>
        <button type="button" class="btn" (click)="copy()">Copy details</button>
      </div>
    </div>
  `,
})
export class Failed {
  readonly heading = input.required<string>();
  readonly problem = input.required<Problem | null>();
  readonly again = output();
  private readonly notices = inject(Notices);

  protected words(): string {
    const problem = this.problem();
    return problem ? describe(problem) : 'The server did not answer.';
  }

  protected copy(): void {
    void navigator.clipboard
      .writeText(JSON.stringify(this.problem(), null, 2))
      .then(() => this.notices.show('Details copied.'));
  }
}
