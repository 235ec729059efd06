import { customType, timestamp } from 'drizzle-orm/pg-core';

/** An instant, read and written as RFC 3339 text in UTC. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 });

export const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });
