import { computed, Injectable, signal } from '@angular/core';

/** Counts calls a person waits for. The bar that shows it appears only after the design's 400 ms. */
@Injectable({ providedIn: 'root' })
export class Busy {
  private readonly running = signal(0);
  readonly active = computed(() => this.running() > 0);

  /** Marks one call as running; the function given back marks its end, once. */
  begin(): () => void {
    let open = true;
    this.running.update((n) => n + 1);
    return () => {
      if (!open) return;
      open = false;
      this.running.update((n) => n - 1);
    };
  }
}
