import { InjectionToken } from '@angular/core';

/** What stays in this browser: drafts, unsent messages, theme. Never tokens. */
export interface Kept {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  /** Keys that start with `prefix`. */
  keys(prefix: string): string[];
}

export const KEPT = new InjectionToken<Kept>('KEPT', { factory: () => new BrowserKept() });

/** localStorage; where the browser closes it to us, things live as long as the page. */
export class BrowserKept implements Kept {
  private readonly fallback = new Map<string, string>();

  get(key: string): string | null {
    try {
      return localStorage.getItem(key) ?? this.fallback.get(key) ?? null;
    } catch {
      return this.fallback.get(key) ?? null;
    }
  }

  set(key: string, value: string): void {
    try {
      localStorage.setItem(key, value);
      this.fallback.delete(key);
    } catch {
      this.fallback.set(key, value);
    }
  }

  remove(key: string): void {
    this.fallback.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      // Nothing was kept there.
    }
  }

  keys(prefix: string): string[] {
    const found = new Set(this.fallback.keys());
    try {
      for (let i = 0; i < localStorage.length; i++) found.add(localStorage.key(i) ?? '');
    } catch {
      // Only the fallback counts.
    }
    return [...found].filter((key) => key.startsWith(prefix));
  }
}
