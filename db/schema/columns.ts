import { customType, timestamp } from 'drizzle-orm/pg-core';

/** An instant, read and written as RFC 3339 text in UTC. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 });

export const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

/** A transaction's number, which never wraps around; text, because it may pass 2^53. */
export const transactionNumber = customType<{ data: string; driverData: string }>({ dataType: () => 'xid8' });
