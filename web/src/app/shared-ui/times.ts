/** Dates and times in the words of the design. All take the moment "now", so that they can be tested. */

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const weekdayAndDay = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
const fullDay = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });

export const atClock = (iso: string): string => clock.format(new Date(iso));

export const onDate = (iso: string): string => date.format(new Date(iso));

/** A key for the local calendar day. */
export function dayKey(iso: string): string {
  const d = new Date(iso);
  return `${d.getFullYear()}-${d.getMonth()}-${d.getDate()}`;
}

/** "Today", "Yesterday", "Friday 20 November", with the year when it is not this one. */
export function dayName(iso: string, now: number): string {
  const days = daysBefore(iso, now);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return (new Date(iso).getFullYear() === new Date(now).getFullYear() ? weekdayAndDay : fullDay).format(
    new Date(iso),
  );
}

/** "09:12", "yesterday at 18:20", "on Thursday", "on 9 November". */
export function when(iso: string, now: number): string {
  const days = daysBefore(iso, now);
  if (days <= 0) return atClock(iso);
  if (days === 1) return `yesterday at ${atClock(iso)}`;
  if (days < 7) return `on ${weekday.format(new Date(iso))}`;
  return `on ${day.format(new Date(iso))}`;
}

/** "today", "yesterday", "Friday", "12 November": for "Waiting since …". */
export function sinceDay(iso: string, now: number): string {
  const days = daysBefore(iso, now);
  if (days <= 0) return 'today';
  if (days === 1) return 'yesterday';
  return days < 7 ? weekday.format(new Date(iso)) : day.format(new Date(iso));
}

function daysBefore(iso: string, now: number): number {
  const then = new Date(iso);
  const today = new Date(now);
  const midnight = (d: Date): number => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate());
  return Math.round((midnight(today) - midnight(then)) / 86_400_000);
}
