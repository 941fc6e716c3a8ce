import { Injectable, signal } from '@angular/core';

/** Whether somebody can see this tab. */
@Injectable({ providedIn: 'root' })
export class PageVisible {
  private readonly state = signal(document.visibilityState === 'visible');
  readonly visible = this.state.asReadonly();

  constructor() {
    document.addEventListener('visibilitychange', () =>
      this.state.set(document.visibilityState === 'visible'),
    );
  }
}
