// When a message that is not urgent may reach somebody, in their own time zone.
import { DateTime } from 'luxon';
import type { Preferences } from './preferences.ts';

/** Local hour at which a day's digest leaves. */
const DIGEST_HOUR = 8;

/** The end of the quiet hours that the instant lies in, or the instant itself. Hours that begin when they end are none. */
export function afterQuietHours(at: Date, timeZone: string, { quietHours }: Preferences): Date {
  if (!quietHours || quietHours.from === quietHours.to) return at;
  const local = DateTime.fromJSDate(at, { zone: timeZone });
  const now = local.toFormat('HH:mm');
  const { from, to } = quietHours;
  const isQuiet = from < to ? from <= now && now < to : now >= from || now < to;
  if (!isQuiet) return at;
  const [hour, minute] = to.split(':').map(Number);
  const end = local.set({ hour: hour!, minute: minute!, second: 0, millisecond: 0 });
  return (end > local ? end : end.plus({ days: 1 })).toJSDate();
}

/** When the digest that this instant belongs to leaves, and the local day that names it. */
export function nextDigest(at: Date, timeZone: string, preferences: Preferences): { at: Date; day: string } {
  const local = DateTime.fromJSDate(at, { zone: timeZone });
  const today = local.set({ hour: DIGEST_HOUR, minute: 0, second: 0, millisecond: 0 });
  const leaves = today > local ? today : today.plus({ days: 1 });
  return { at: afterQuietHours(leaves.toJSDate(), timeZone, preferences), day: leaves.toFormat('yyyy-MM-dd') };
}
