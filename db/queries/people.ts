import type { Pool } from 'pg';
import { asc, eq, inArray } from 'drizzle-orm';
import type { Person } from '../../domain/actor.ts';
import type { DbOrTx } from '../client.ts';
import { people } from '../schema/index.ts';

const personOfTokenSql = `
SELECT p.handle, p.name, p.email, p.type, p.roles, p.department
FROM access_tokens t JOIN people p ON p.handle = t.handle
WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND p.is_active`;

/** Whose token this is; undefined when nobody's, or no longer. Asked before every call, so that a revoked token ends at once. */
export async function findPersonOfToken(pool: Pool, tokenHash: string): Promise<Person | undefined> {
  const { rows } = await pool.query<Person>({ name: 'person-of-token', text: personOfTokenSql, values: [tokenHash] });
  return rows[0];
}

export async function findPerson(db: DbOrTx, handle: string) {
  const [row] = await db.select().from(people).where(eq(people.handle, handle));
  return row;
}

/** Everybody, active or not, by handle. */
export async function listPeople(db: DbOrTx) {
  return db.select().from(people).orderBy(asc(people.handle));
}

/** Those of the handles that are known, active or not. */
export async function findPeople(db: DbOrTx, handles: readonly string[]) {
  return handles.length === 0
    ? []
    : db
        .select()
        .from(people)
        .where(inArray(people.handle, [...handles]));
}
