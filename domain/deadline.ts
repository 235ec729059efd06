// Deadlines on a calendar of working hours: instants in, instants out, with daylight saving as the time zone has it.
import { DateTime } from 'luxon';
import { durationMs } from './duration.ts';
import type { Calendar } from './review-policy.ts';

/** Nobody waits this many days; a calendar that has fewer working days in them than asked is a mistake. */
const MAXIMUM_DAYS = 20_000;

/**
 * The instant at which a duration of `durationSchema` has passed since `start`. Without a calendar the clock runs day and night.
 * With one it runs in working hours only: `P2D` are two working days, to the same time of day; `PT12H` are twelve working hours.
 * What begins outside working hours begins with the next ones.
 */
export function deadlineAfter(start: Date, duration: string, calendar: Calendar | undefined): Date {
  if (!calendar) return new Date(start.getTime() + durationMs(duration));
  const days = Number(/^P(\d+)D/.exec(duration)?.[1] ?? 0);
  let at = nextWorkingInstant(localTime(start, calendar), calendar);
  for (let passed = 0; passed < days; passed++) at = sameTimeNextWorkday(at, calendar);
  return addWorkingTime(at.toJSDate(), durationMs(duration) - days * durationMs('P1D'), calendar);
}

/** The instant at which so many milliseconds of working time have passed since `start`. */
export function addWorkingTime(start: Date, ms: number, calendar: Calendar | undefined): Date {
  if (!calendar) return new Date(start.getTime() + ms);
  let at = nextWorkingInstant(localTime(start, calendar), calendar);
  for (let left = ms; ;) {
    const until = windowOf(at, calendar).to;
    const here = until.toMillis() - at.toMillis();
    if (left <= here) return at.plus({ milliseconds: left }).toJSDate();
    left -= here;
    at = nextWorkingInstant(until, calendar);
  }
}

/** Milliseconds of working time between two instants; nothing when the second is not later. */
export function workingTimeBetween(from: Date, to: Date, calendar: Calendar | undefined): number {
  if (!calendar) return Math.max(0, to.getTime() - from.getTime());
  let total = 0;
  for (let at = nextWorkingInstant(localTime(from, calendar), calendar); at.toMillis() < to.getTime();) {
    const until = windowOf(at, calendar).to;
    total += Math.min(until.toMillis(), to.getTime()) - at.toMillis();
    at = nextWorkingInstant(until, calendar);
  }
  return total;
}

const localTime = (instant: Date, { timeZone }: Calendar): DateTime => DateTime.fromJSDate(instant, { zone: timeZone });

const isWorkday = (day: DateTime, { workdays, holidays }: Calendar): boolean =>
  workdays.includes(day.weekday) && !holidays.includes(day.toISODate() ?? '');

/** Working hours of the local day, from and to. */
function windowOf(day: DateTime, { hours }: Calendar): { from: DateTime; to: DateTime } {
  return { from: timeOn(day, hours.from), to: timeOn(day, hours.to) };
}

function timeOn(day: DateTime, time: string): DateTime {
  if (time === '24:00') return day.plus({ days: 1 }).startOf('day');
  const [hour, minute] = time.split(':').map(Number);
  return day.set({ hour: hour!, minute: minute!, second: 0, millisecond: 0 });
}

/** The instant itself within working hours, else when they next begin. */
function nextWorkingInstant(at: DateTime, calendar: Calendar): DateTime {
  let day = at;
  for (let passed = 0; passed < MAXIMUM_DAYS; passed++) {
    const { from, to } = windowOf(day, calendar);
    if (isWorkday(day, calendar) && at < to) return at < from ? from : at;
    day = day.plus({ days: 1 }).startOf('day');
  }
  throw new RangeError('The calendar has no working hours.');
}

function sameTimeNextWorkday(at: DateTime, calendar: Calendar): DateTime {
  let day = at;
  for (let passed = 0; passed < MAXIMUM_DAYS; passed++) {
    day = day.plus({ days: 1 });
    if (isWorkday(day, calendar)) return day;
  }
  throw new RangeError('The calendar has no working days.');
}
