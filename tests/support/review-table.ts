// A table at which people handle planted reviews over HTTP, one call a verb.
import type { ReviewStanding } from '../../api/schemas/review-thread.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import { people } from '../../db/schema/index.ts';
import type { Role } from '../../domain/actor.ts';
import type { Api, PlantedReview } from './api.ts';
import { accessTokens } from '../../db/schema/index.ts';
import { newAccessToken } from '../../api/auth/access-token.ts';

export interface Answered<T = ReviewStanding & Record<string, unknown>> {
  status: number;
  /** Of a refusal. */
  code?: ErrorCode;
  errors?: { pointer: string; message: string }[];
  headers: Headers;
  body: T;
}

export function sitAt(api: Api) {
  const tokens = new Map<string, string>();
  const table = {
    /** Does something with a review: `POST start`, `DELETE suspension` … */
    does: async <T = ReviewStanding & Record<string, unknown>>(
      as: string,
      verb: string,
      review: Pick<PlantedReview, 'id'>,
      body?: unknown,
      headers: Record<string, string> = {},
    ): Promise<Answered<T>> => {
      const [method, name] = verb.includes(' ') ? (verb.split(' ') as [string, string]) : ['POST', verb];
      const token = tokens.get(as);
      const answer = await api.ask(method, `/v1/reviews/${review.id}/${name}`, {
        ...(token === undefined ? { as } : {}),
        headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
        ...(body === undefined ? {} : { body }),
      });
      const content = (await answer.json().catch(() => ({}))) as T & Pick<Answered, 'code' | 'errors'>;
      const { code, errors } = content;
      return { status: answer.status, ...(code && { code }), ...(errors && { errors }), headers: answer.headers, body: content }; // prettier-ignore
    },

    /** Somebody more, with a token of their own. */
    joins: async (handle: string, roles: Role[], change: Partial<typeof people.$inferInsert> = {}): Promise<string> => {
      await api.database.db
        .insert(people)
        .values({ handle, name: handle, email: `${handle}@example.com`, type: 'user', roles, ...change });
      const { token, tokenHash } = newAccessToken();
      await api.database.db.insert(accessTokens).values({ tokenHash, handle, label: 'test' });
      tokens.set(handle, token);
      return handle;
    },

    decides: async (as: string, review: PlantedReview, command: Record<string, unknown> = {}): Promise<Answered> => {
      const key = { 'idempotency-key': `${as}-${Math.random()}` };
      const reason = `Read the plan and the metrics of ${review.model} as ${as}`;
      const given = { outcome: 'APPROVED', reason, revision: 1, evidenceDigest: review.evidenceDigest, ...command };
      return table.does(as, 'decisions', review, given, key);
    },

    /** Changes what the policy said when the review opened. */
    rule: async (review: PlantedReview, path: string, value: unknown): Promise<void> => {
      await api.database.pool.query(
        'UPDATE reviews SET terms = jsonb_set(terms, $2::text[], $3::jsonb) WHERE id = $1',
        [review.id, `{${path}}`, JSON.stringify(value)],
      );
    },

    /** Types and actors of the review's entries, oldest first. */
    journal: async (review: PlantedReview) => {
      const entries = await api.house.journalOf(review.modelVersionId);
      return entries.filter((entry) => entry.data['reviewId'] === review.id);
    },

    told: async (review: PlantedReview) => {
      const { rows } = await api.database.pool.query<{ message: { what: string; payload: Record<string, unknown> } }>(
        "SELECT message FROM outbox WHERE workflow_id = $1 AND message->>'do' = 'tell' ORDER BY id",
        [`process/${review.processId}`],
      );
      return rows.map(({ message }) => message);
    },
  };
  return table;
}
