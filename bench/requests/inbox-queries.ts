import type { QueryConfig } from 'pg';
import { reviewPositionsQuery } from '../../db/queries/read-reviews.ts';

/** The query behind the page, without HTTP, sign-in and cards. */
export function prepare({ handles, count }: { handles: string[]; count: number }): QueryConfig[][] {
  return handles.map((handle) => {
    const query = reviewPositionsQuery({ list: 'me', handle, roles: ['validator'], submittedBy: null, limit: 50 });
    return Array.from({ length: Math.ceil(count / handles.length) }, () => ({ ...query }));
  });
}
