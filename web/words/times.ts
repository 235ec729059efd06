// Times as the server writes them, in UTC; the script on the page turns them into the viewer's own.

const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });
const dayOfYear = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `Tue 24 Nov, 17:00 UTC` */
export const formatMoment = (instant: string): string => `${formatDay(instant)}, ${formatClock(instant)} UTC`;
/** `Tue 24 Nov` */
export const formatDay = (instant: string): string => day.format(new Date(instant)).replace(',', '');
/** `17:00` */
export const formatClock = (instant: string): string => clock.format(new Date(instant));
/** `Tuesday 24 November 2026` */
export const formatLongDay = (instant: string): string => dayOfYear.format(new Date(instant)).replace(',', '');
/** `2026-11-24 17:00:00 UTC`, for the hint under the pointer. */
export const formatUtc = (instant: string): string => `${instant.slice(0, 19).replace('T', ' ')} UTC`;

/** A length of time in its largest fitting unit, rounded down: `2 days`, `3 hours`, `less than a minute`. */
export function formatSpan(milliseconds: number): string {
  const unit = (size: number, name: string) => {
    const count = Math.floor(milliseconds / size);
    return `${count} ${name}${count === 1 ? '' : 's'}`;
  };
  if (milliseconds >= 2 * dayMs) return unit(dayMs, 'day');
  if (milliseconds >= hourMs) return unit(hourMs, 'hour');
  if (milliseconds >= minuteMs) return unit(minuteMs, 'minute');
  return 'less than a minute';
}

/** `5 minutes ago`; `just now` within a minute. */
export function formatAgo(instant: string, now: Date): string {
  const passed = now.getTime() - Date.parse(instant);
  return passed < minuteMs ? 'just now' : `${formatSpan(passed)} ago`;
}

export type Urgency = 'overdue' | 'soon' | 'calm';

/** How pressing a deadline is, and in words: `2 days left`, `3 hours left`, `overdue by 1 hour`. */
export function describeDue(dueAt: string, now: Date): { urgency: Urgency; words: string } {
  const left = Date.parse(dueAt) - now.getTime();
  if (left <= 0) return { urgency: 'overdue', words: `overdue by ${formatSpan(-left)}` };
  return { urgency: left < dayMs ? 'soon' : 'calm', words: `${formatSpan(left)} left` };
}

/** An ISO 8601 duration of a policy in words: `3 days`, `12 hours`, `1 day and 6 hours`. */
export function describeDuration(duration: string): string {
  const units: Record<string, string> = { D: 'day', H: 'hour', M: 'minute', S: 'second' };
  const parts = [...duration.matchAll(/(\d+)([DHMS])/g)].map(
    ([, count, unit]) => `${count} ${units[unit ?? '']}${count === '1' ? '' : 's'}`,
  );
  return parts.join(' and ');
}
