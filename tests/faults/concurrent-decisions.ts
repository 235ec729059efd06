import { connectDatabase, isDatabaseUnavailable } from '../../db/client.ts';
import { submitDecision } from '../../api/services/submit-decision.ts';
import type { Channel } from '../../domain/actor.ts';
import { Refused } from '../../domain/errors.ts';
import type { DecisionReceipt } from '../../db/schema/reviews.ts';
import { uniqueName } from '../support/build.ts';
import { cloneDatabase } from '../support/ground.ts';
import { plantReviews } from '../support/plant-reviews.ts';
import { callerOf, seed } from '../support/seed.ts';
import { crowdPolicies, intakeDepsOf } from './crowd.ts';
import { newLedger } from './ledger.ts';
import { askOracle, markJournal } from './oracle.ts';
import { addVerdict, newCount, type Suite } from './suite.ts';

const people = [
  { handle: 'validator-1', channel: 'api', outcome: 'APPROVED' },
  { handle: 'validator-2', channel: 'web', outcome: 'REJECTED' },
  { handle: 'domain-expert', channel: 'web', outcome: 'CHANGES_REQUESTED' },
] as const satisfies { handle: string; channel: Channel; outcome: string }[];
const AT_ONCE = 100;

export const concurrentDecisions: Suite = {
  name: 'concurrent-decisions',
  does: 'three people press opposite answers on one review at once, over two servers (F-22)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const reviews = isShort ? 600 : 10_000;
    const store = await cloneDatabase(ground.postgres);
    // Two pools as two servers have them: what each gathers meets in the database only.
    const databases = [1, 2].map(() => connectDatabase({ url: store.databaseUrl, max: 8 }));
    const [database] = databases;
    await seed(database!, crowdPolicies);
    const ledger = newLedger();
    const halves = [
      { quorum: 1, prefix: 'one' },
      { quorum: 2, prefix: 'two' },
    ];
    for (const { quorum, prefix } of halves) {
      const planted = await plantReviews(database!.pool, {
        count: reviews / 2,
        candidates: people.map((person) => person.handle),
        quorum,
        prefix,
      });
      for (let from = 0; from < planted.ids.length; from += AT_ONCE) {
        const answers = await Promise.all(
          planted.ids.slice(from, from + AT_ONCE).map((reviewId, index) =>
            Promise.all(
              people.map(async ({ handle, channel, outcome }, person): Promise<DecisionReceipt | Refused> => {
                count.injected++;
                const deps = intakeDepsOf(databases[(index + person) % databases.length]!);
                const press = {
                  reviewId,
                  command: {
                    outcome,
                    reason: `Read the plan and the metrics, ${uniqueName('note')}`,
                    revision: 1,
                    evidenceDigest: planted.evidenceDigest,
                    form: { dispositions: [] },
                  },
                  idempotencyKey: uniqueName('key'),
                };
                const answer = await insist(() => submitDecision(deps, callerOf(handle, channel), press));
                if (answer instanceof Refused) return answer;
                ledger.decisions.push({ id: answer.receipt.decision.id, reviewId, by: handle, outcome });
                return answer.receipt;
              }),
            ),
          ),
        );
        for (const ofReview of answers) judge(ofReview, count);
      }
    }
    const { rows } = await database!.pool.query<{ recorded: string; refused: string }>(
      `SELECT count(*) FILTER (WHERE type = 'decision.recorded') AS recorded, count(*) FILTER (WHERE type = 'decision.refused') AS refused FROM journal.entries`,
    );
    const journaled = Number(rows[0]!.recorded) + Number(rows[0]!.refused);
    if (journaled !== count.injected) count.lost.push(`${count.injected} presses, ${journaled} of them journaled`);
    addVerdict(count, await askOracle({ database: database!, ledger, mark: await markJournal(database!) }));
    const deadlocks = await database!.pool.query<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    say(
      `${reviews} reviews, ${ledger.decisions.length} presses counted, ${rows[0]!.refused} refused and journaled, ${deadlocks.rows[0]!.deadlocks} deadlocks`,
    );
    await Promise.all(databases.map((each) => each.close()));
    await store.drop();
    return count;
  },
};

/** Whoever gets no connection in time asks again under the same key, as a client does that is answered 503. */
async function insist<T>(press: () => Promise<T>): Promise<T | Refused> {
  for (;;) {
    try {
      return await press();
    } catch (error) {
      if (error instanceof Refused) return error;
      if (!isDatabaseUnavailable(error)) throw error;
    }
  }
}

/** One press closed the review; whoever came later was told who stands. */
function judge(
  answers: readonly (DecisionReceipt | Refused)[],
  { doubled, undetected }: ReturnType<typeof newCount>,
): void {
  const receipts = answers.filter((answer): answer is DecisionReceipt => !(answer instanceof Refused));
  const closing = receipts.filter((receipt) => receipt.review.outcome !== null);
  if (closing.length > 1) doubled.push(`review ${closing[0]!.review.id} was closed by ${closing.length} presses`);
  if (closing.length === 0) undetected.push(`no press closed review ${receipts[0]?.review.id}`);
  for (const answer of answers)
    if (answer instanceof Refused && (answer.code !== 'ALREADY_DECIDED' || answer.extra.decision === undefined))
      undetected.push(`a late press was told ${answer.code} ${answer.message}`);
}
