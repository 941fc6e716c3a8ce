const PANES = '[data-pane]';

/** F6: focus goes to the next (or previous) pane that is in sight. False past the last one: then the key is the browser's. */
export function focusPane(direction: 1 | -1): boolean {
  const panes = [...document.querySelectorAll<HTMLElement>(PANES)].filter((pane) => entrance(pane));
  const at = panes.findLastIndex((pane) => pane.contains(document.activeElement));
  const next = at < 0 ? (direction === 1 ? 0 : panes.length - 1) : at + direction;
  const pane = panes[next];
  if (!pane) return false;
  entrance(pane)?.focus();
  return true;
}

/** What takes focus when a pane is entered; a pane without it is passed over. */
function entrance(pane: HTMLElement): HTMLElement | undefined {
  const inside = pane.querySelectorAll<HTMLElement>('a[href], button, input, [tabindex="0"]');
  const candidates = pane.matches('[tabindex], textarea') ? [pane] : [...inside];
  return candidates.find((element) => element.offsetParent !== null);
}

/** The chat that lies `step` places from the open one, in the order of the lists as they are shown. */
export function chatAlong(step: 1 | -1, unreadOnly: boolean): string | null {
  const rows = [...document.querySelectorAll<HTMLElement>('.item[data-chat]')];
  const at = rows.findIndex((row) => row.hasAttribute('aria-current'));
  const count = rows.length;
  for (let i = 1; i <= count; i++) {
    const from = at < 0 && step === -1 ? 0 : at;
    const row = rows[(from + step * i + count * 2) % count];
    if (row && (!unreadOnly || row.classList.contains('item-new'))) return row.dataset['chat'] ?? null;
  }
  return null;
}
