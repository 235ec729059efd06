import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseJson } from '../../api/parse-json.ts';
import { decideCommandSchema } from '../../domain/review.ts';
import { buildSubmission } from '../support/build.ts';
import { signedHeaders } from '../support/house.ts';
import { openApi, type Api, type PlantedReview } from '../support/api.ts';

let api: Api;
let review: PlantedReview;
beforeAll(async () => {
  api = await openApi();
  review = await api.plantReview();
});
afterAll(() => api.close());

const RUNS = 5_000;
/** Each body is told apart in the failure that fast-check prints; shrinking would ask the server thousands of times more. */
const runs = { numRuns: RUNS, endOnFailure: true };

const stored = async () => {
  const { rows } = await api.database.pool.query<Record<string, number>>(
    `SELECT (SELECT count(*)::int FROM deliveries) AS deliveries, (SELECT count(*)::int FROM models) AS models, (SELECT count(*)::int FROM model_versions) AS versions,
      (SELECT count(*)::int FROM processes) AS processes, (SELECT count(*)::int FROM outbox) AS outbox, (SELECT count(*)::int FROM decisions) AS decisions,
      (SELECT count(*)::int FROM journal.entries) AS entries, (SELECT sum(revision)::int FROM reviews) AS revisions`,
  );
  return rows[0];
};

const hostile = fc.constantFrom<unknown>(
  null, true, -1, 1e308, 0.1, '', '\u0000', '\ud800', '\u202e', 'x'.repeat(5_000), [], {}, [[]], { a: {} }, '__proto__', '../../etc/passwd', "'; DROP TABLE reviews; --", '9'.repeat(300), 'sha256:', '2026-13-45',
); // prettier-ignore

/** A valid value with one place in it removed, replaced or joined by a stranger. */
const spoiled = (valid: unknown): fc.Arbitrary<string> => {
  const places = placesOf(valid);
  return fc
    .tuple(
      fc.constantFrom(...places),
      fc.constantFrom('remove', 'replace', 'add'),
      hostile,
      fc.string({ maxLength: 12 }),
    )
    .map(([place, how, value, key]) => {
      const copy: unknown = structuredClone(valid);
      const parent = place
        .slice(0, -1)
        .reduce<unknown>((inside, step) => (inside as Record<string, unknown>)[step], copy) as Record<string, unknown>;
      const last = place.at(-1) ?? '';
      if (how === 'remove') delete parent[last];
      else if (how === 'replace') parent[last] = value;
      else parent[`${key}?`] = value;
      return JSON.stringify(copy);
    });
};

function placesOf(value: unknown, at: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inside]) => [[...at, key], ...placesOf(inside, [...at, key])]);
}

/** Text that JSON never was, or was before a byte of it went astray. */
const broken = (valid: unknown): fc.Arbitrary<string | Uint8Array<ArrayBuffer>> => {
  const text = JSON.stringify(valid);
  return fc.oneof(
    fc.integer({ min: 0, max: text.length - 1 }).map((end) => text.slice(0, end)),
    fc
      .tuple(fc.nat(text.length - 1), fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }))
      .map(([at, stray]) => text.slice(0, at) + stray + text.slice(at + 1)),
    fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => new Uint8Array(bytes)),
    fc.json({ maxDepth: 3 }),
    fc.integer({ min: 65, max: 5_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
    fc.constantFrom('{"__proto__":{}}', '1e999', '{"a":1,"a":2}', '"\\u0000"', 'NaN', '// none', '[1,]', "{'a':1}"),
  );
};

/** Well formed after all: refused by a rule, and such an attempt belongs into the journal. */
function isCommand(body: string | Uint8Array): boolean {
  try {
    return decideCommandSchema.safeParse(parseJson(Buffer.from(body as string))).success;
  } catch {
    return false;
  }
}

describe(`${RUNS} malformed bodies each`, () => {
  it('signed as they are, the webhook answers 4xx to all and stores nothing', async () => {
    const valid = {
      type: 'model_version.submitted',
      timestamp: '2026-11-21T10:00:00Z',
      data: buildSubmission({ owner: 'nobody-here' }),
    };
    const before = await stored();
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(spoiled(valid), broken(valid)), async (body) => {
        const headers = signedHeaders(`malformed-${asked++}`, Buffer.from(body));
        const { status } = await api.ask('POST', '/v1/hooks/generic', { body, headers });
        return status >= 400 && status < 500;
      }),
      runs,
    );
    expect(asked).toBe(RUNS);
    expect(await stored()).toEqual(before);
  }, 300_000);

  it('as decisions they are answered 4xx, nothing is decided, and only what was well formed stands in the journal as refused', async () => {
    const valid = {
      outcome: 'APPROVED',
      reason: 'short',
      revision: 1,
      evidenceDigest: review.evidenceDigest,
      form: { dispositions: [{ finding: 'none', disposition: 'ACCEPTED', reason: 'so' }] },
    };
    const before = await stored();
    let asked = 0;
    let journaled = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(spoiled(valid), broken(valid)), async (body) => {
        if (isCommand(body)) journaled++;
        const headers = { 'idempotency-key': `malformed-${asked++}` };
        const { status } = await api.ask('POST', `/v1/reviews/${review.id}/decisions`, {
          as: 'validator-1',
          body,
          headers,
        });
        return status >= 400 && status < 500;
      }),
      runs,
    );
    const after = await stored();
    expect(asked).toBe(RUNS);
    expect({ ...after, entries: 0 }).toEqual({ ...before, entries: 0 });
    expect(after?.['entries']).toBe((before?.['entries'] ?? 0) + journaled);
  }, 300_000);
});
