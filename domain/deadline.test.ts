import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addWorkingTime, deadlineAfter, workingTimeBetween } from './deadline.ts';
import { calendarSchema, type Calendar } from './review-policy.ts';

const berlin = (change: Partial<Calendar> = {}): Calendar =>
  calendarSchema.parse({ timeZone: 'Europe/Berlin', ...change });
const due = (start: string, duration: string, calendar?: Calendar) =>
  deadlineAfter(new Date(start), duration, calendar).toISOString();

describe('deadlineAfter', () => {
  it('runs day and night without a calendar', () => {
    expect(due('2026-11-20T16:00:00Z', 'P3DT1H')).toBe('2026-11-23T17:00:00.000Z');
  });

  it.each([
    ['two working days, to the same time of day', '2026-11-17T10:00:00Z', 'P2D', '2026-11-19T10:00:00.000Z'],
    ['over the weekend', '2026-11-20T10:00:00Z', 'P1D', '2026-11-23T10:00:00.000Z'],
    ['from Saturday on: begins on Monday', '2026-11-21T10:00:00Z', 'P1D', '2026-11-24T08:00:00.000Z'],
    ['from the evening on: begins in the morning', '2026-11-17T19:00:00Z', 'PT1H', '2026-11-18T09:00:00.000Z'],
    ['hours within the day', '2026-11-17T10:00:00Z', 'PT4H', '2026-11-17T14:00:00.000Z'],
    ['hours that go on tomorrow', '2026-11-17T14:00:00Z', 'PT4H', '2026-11-18T10:00:00.000Z'],
    ['to the very end of the day', '2026-11-17T14:00:00Z', 'PT2H', '2026-11-17T16:00:00.000Z'],
    ['days and hours', '2026-11-19T14:00:00Z', 'P1DT3H', '2026-11-23T09:00:00.000Z'],
  ])('counts working time: %s', (_, start, duration, expected) => {
    expect(due(start, duration, berlin())).toBe(expected);
  });

  it('keeps nine o’clock nine o’clock when the clocks change', () => {
    // Sunday 29 March 2026: 02:00 becomes 03:00. Sunday 25 October 2026: 03:00 becomes 02:00.
    expect(due('2026-03-27T08:00:00Z', 'P1D', berlin())).toBe('2026-03-30T07:00:00.000Z');
    expect(due('2026-10-23T07:00:00Z', 'P1D', berlin())).toBe('2026-10-26T08:00:00.000Z');
  });

  it('counts the hour that a night lacks or has twice', () => {
    const always = berlin({ workdays: [1, 2, 3, 4, 5, 6, 7], hours: { from: '00:00', to: '24:00' } });
    expect(due('2026-03-28T23:00:00Z', 'PT23H', always)).toBe('2026-03-29T22:00:00.000Z');
    expect(due('2026-10-24T22:00:00Z', 'PT25H', always)).toBe('2026-10-25T23:00:00.000Z');
  });

  it('passes over holidays', () => {
    const holidays = ['2026-12-25', '2026-12-24', '2027-01-01'];
    expect(due('2026-12-23T10:00:00Z', 'P1D', berlin({ holidays }))).toBe('2026-12-28T10:00:00.000Z');
    expect(due('2026-12-24T10:00:00Z', 'PT8H', berlin({ holidays }))).toBe('2026-12-28T16:00:00.000Z');
  });

  it('is never earlier for a longer duration, and never outside working hours', () => {
    const calendar = berlin({ timeZone: 'America/New_York', holidays: ['2026-11-26'] });
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true }),
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: 1, max: 60 }),
        (start, days, hours) => {
          const one = deadlineAfter(start, `P${days}DT${hours}H`, calendar);
          expect(deadlineAfter(start, `P${days}DT${hours + 1}H`, calendar).getTime()).toBeGreaterThan(one.getTime());
          const local = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York', weekday: 'short', hour: '2-digit', hour12: false, minute: '2-digit' }).format(one); // prettier-ignore
          expect(local).not.toMatch(/Sat|Sun/);
          expect(local.slice(-5) >= '09:00' && local.slice(-5) <= '17:00').toBe(true);
        },
      ),
    );
  });

  it('counts between two instants what it added', () => {
    const calendar = berlin({ holidays: ['2026-12-25'] });
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true }),
        fc.integer({ min: 1, max: 400 * 3_600_000 }),
        (start, ms) => {
          expect(workingTimeBetween(start, addWorkingTime(start, ms, calendar), calendar)).toBe(ms);
        },
      ),
    );
  });
});

describe('calendarSchema', () => {
  it.each([
    ['hours that end before they begin', { hours: { from: '17:00', to: '09:00' } }],
    ['a time that is none', { hours: { from: '09:61', to: '17:00' } }],
    ['a time zone that is none', { timeZone: 'Mars/Olympus' }],
    ['a week without workdays', { workdays: [] }],
    ['a holiday that is no date', { holidays: ['2026-02-30'] }],
  ])('refuses %s', (_, change) => {
    expect(calendarSchema.safeParse(change).success).toBe(false);
  });
});
