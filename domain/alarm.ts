import { deadlineAfter } from './deadline.ts';
import { durationMs } from './duration.ts';
import type { SignOff } from './policy.ts';
import type { Calendar } from './review-policy.ts';

/** What a review does while it waits, at an instant (RFC 3339). `start`: somebody should have begun. `step` counts the policy's escalations from 0. */
export type Alarm = { at: string } & (
  | { what: 'start' }
  | { what: 'remind' }
  | { what: 'escalate'; step: number }
  /** A deferred approval counts or lapses. */
  | { what: 'settle'; deferralId: string }
);

/**
 * The alarms of a sign-off, soonest first; none after the deadline, which rings by itself. What is counted since the opening runs in the
 * calendar's working hours, like the deadline.
 */
export function alarmsOf(signOff: SignOff, openedAt: Date, dueAt: Date, calendar?: Calendar): Alarm[] {
  const since = (duration: string) => deadlineAfter(openedAt, duration, calendar).getTime();
  const before = (duration: string) => dueAt.getTime() - durationMs(duration);
  const repeated = (first: number, every: string, turns: number): number =>
    turns === 0 ? first : deadlineAfter(new Date(repeated(first, every, turns - 1)), every, calendar).getTime();
  const spell = (at: number) => new Date(at).toISOString();
  const alarms: Alarm[] = [
    ...(signOff.startBy === undefined ? [] : [{ at: spell(since(signOff.startBy)), what: 'start' as const }]),
    ...signOff.reminders.map((reminder) => ({ at: spell(before(reminder.before)), what: 'remind' as const })),
    ...signOff.escalation.flatMap(({ after, repeat }, step) =>
      Array.from({ length: 1 + (repeat?.times ?? 0) }, (_, turn) => ({
        at: spell(repeat ? repeated(since(after), repeat.every, turn) : since(after)),
        what: 'escalate' as const,
        step,
      })),
    ),
  ];
  return alarms
    .filter(({ at }) => Date.parse(at) > openedAt.getTime() && Date.parse(at) < dueAt.getTime())
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

export interface Rest {
  began: Date;
  /** The deadline before and after it moved on by the time that the clock stood still. */
  dueBefore: Date;
  dueAfter: Date;
}

/** The alarms that are left after a rest: those that had not rung when it began, each as far from the deadline as it was. */
export function alarmsAfterRest(
  signOff: SignOff,
  openedAt: Date,
  { began, dueBefore, dueAfter }: Rest,
  calendar?: Calendar,
): Alarm[] {
  const firstDue = deadlineAfter(openedAt, signOff.dueIn, calendar);
  return alarmsOf(signOff, openedAt, firstDue, calendar).flatMap((alarm) => {
    const untilDue = firstDue.getTime() - Date.parse(alarm.at);
    const hasRung = dueBefore.getTime() - untilDue <= began.getTime();
    return hasRung ? [] : [{ ...alarm, at: new Date(dueAfter.getTime() - untilDue).toISOString() }];
  });
}
