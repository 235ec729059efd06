import { expect, it } from 'vitest';
import { afterQuietHours, nextDigest } from './quiet-hours.ts';

const night = { quietHours: { from: '20:00', to: '07:30' } };
const after = (at: string, timeZone: string, preferences = night) =>
  afterQuietHours(new Date(at), timeZone, preferences).toISOString();

it('waits until the quiet hours of the person end, where that person lives', () => {
  expect(after('2026-11-21T19:30:00Z', 'Europe/Berlin')).toBe('2026-11-22T06:30:00.000Z');
  expect(after('2026-11-22T03:00:00Z', 'Europe/Berlin')).toBe('2026-11-22T06:30:00.000Z');
  expect(after('2026-11-22T06:30:00Z', 'Europe/Berlin')).toBe('2026-11-22T06:30:00.000Z');
  expect(after('2026-11-21T12:00:00Z', 'Europe/Berlin')).toBe('2026-11-21T12:00:00.000Z');
  expect(after('2026-11-21T12:00:00Z', 'Asia/Tokyo')).toBe('2026-11-21T22:30:00.000Z');
  expect(after('2026-11-21T12:30:00Z', 'UTC', { quietHours: { from: '12:00', to: '13:00' } })).toBe('2026-11-21T13:00:00.000Z'); // prettier-ignore
  expect(after('2026-11-21T12:30:00Z', 'UTC', { quietHours: { from: '12:00', to: '12:00' } })).toBe('2026-11-21T12:30:00.000Z'); // prettier-ignore
});

it('knows the nights in which clocks are changed', () => {
  // 02:30 does not exist on 29 March 2026 in Berlin, and 02:30 comes twice on 25 October.
  expect(after('2026-03-28T23:00:00Z', 'Europe/Berlin', { quietHours: { from: '22:00', to: '02:30' } })).toBe('2026-03-29T01:30:00.000Z'); // prettier-ignore
  expect(after('2026-10-24T21:00:00Z', 'Europe/Berlin')).toBe('2026-10-25T06:30:00.000Z');
});

it('gathers a day into one mail in the morning, and not within quiet hours', () => {
  expect(nextDigest(new Date('2026-11-21T10:00:00Z'), 'Europe/Berlin', {})).toEqual({ at: new Date('2026-11-22T07:00:00Z'), day: '2026-11-22' }); // prettier-ignore
  expect(nextDigest(new Date('2026-11-21T05:00:00Z'), 'Europe/Berlin', {})).toEqual({ at: new Date('2026-11-21T07:00:00Z'), day: '2026-11-21' }); // prettier-ignore
  const late = { quietHours: { from: '22:00', to: '10:00' } };
  expect(nextDigest(new Date('2026-11-21T05:00:00Z'), 'UTC', late).at).toEqual(new Date('2026-11-21T10:00:00Z'));
});
