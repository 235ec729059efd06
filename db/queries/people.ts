import type { Pool } from 'pg';
import { asc, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Person } from '../../domain/actor.ts';
import type { DbOrTx } from '../client.ts';
import { gather } from '../gather.ts';
import { people } from '../schema/index.ts';

// Asked as JSON: with an array PostgreSQL plans anew each time, by its length.
const peopleOfTokensSql = `
SELECT t.token_hash AS "tokenHash", p.handle, p.name, p.email, p.type, p.roles, p.department
FROM json_array_elements_text($1) AS asked (token_hash) JOIN access_tokens t USING (token_hash) JOIN people p ON p.handle = t.handle
WHERE t.revoked_at IS NULL AND p.is_active`;

const finders = new WeakMap<Pool, (tokenHash: string) => Promise<Person | undefined>>();

/**
 * Whose token this is; undefined when nobody's, or no longer. Asked before every call, so that a revoked token ends at once;
 * calls of one moment share the question.
 */
export function findPersonOfToken(pool: Pool, tokenHash: string): Promise<Person | undefined> {
  let find = finders.get(pool);
  if (!find) {
    find = gather((hashes: readonly string[]) => findPeopleOfTokens(pool, hashes), undefined);
    finders.set(pool, find);
  }
  return find(tokenHash);
}

async function findPeopleOfTokens(pool: Pool, hashes: readonly string[]): Promise<(Person | undefined)[]> {
  const { rows } = await pool.query<Person & { tokenHash: string }>({
    name: 'people-of-tokens',
    text: peopleOfTokensSql,
    values: [JSON.stringify(hashes)],
  });
  const byHash = new Map(rows.map(({ tokenHash, ...person }): [string, Person] => [tokenHash, person]));
  return hashes.map((hash) => byHash.get(hash));
}

export async function findPerson(db: DbOrTx, handle: string) {
  const [row] = await db.select().from(people).where(eq(people.handle, handle));
  return row;
}

/** Whoever goes by one of these folded names: handle, address or alias. Active people first. */
export async function findPersonByName(db: DbOrTx, names: readonly string[]) {
  const folded = JSON.stringify(names);
  const [row] = await db
    .select()
    .from(people)
    .where(
      sql`EXISTS (SELECT FROM unnest(array_append(array_append(${people.aliases}, ${people.handle}), ${people.email})) name
        WHERE lower(normalize(name, NFKC)) IN (SELECT jsonb_array_elements_text(${folded}::jsonb)))`,
    )
    .orderBy(desc(people.isActive), asc(people.handle))
    .limit(1);
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
