import { sql } from 'drizzle-orm';
import { connectDatabase, type Database } from '../../db/client.ts';
import { releaseReview } from '../../api/services/change-assignment.ts';
import { delegateReview } from '../../api/services/delegate-review.ts';
import { escalateReview } from '../../api/services/escalate-review.ts';
import { forwardReview } from '../../api/services/forward-review.ts';
import type { IntakeDeps } from '../../api/services/receive-delivery.ts';
import { submitDecision } from '../../api/services/submit-decision.ts';
import type { Channel, Person } from '../../domain/actor.ts';
import { Refused } from '../../domain/errors.ts';
import { people } from '../../db/schema/index.ts';
import type { ReviewRow } from '../../db/queries/reviews.ts';
import { buildPolicy, buildSubmission, uniqueName } from '../support/build.ts';
import { cloneDatabase } from '../support/ground.ts';
import { openRealReview } from '../support/open-real-review.ts';
import { seed } from '../support/seed.ts';
import { intakeDepsOf } from './crowd.ts';
import { newCount, type Count, type Suite } from './suite.ts';

const validator = (handle: string): Person => ({
  handle,
  name: handle,
  email: `${handle}@example.com`,
  type: 'user',
  roles: ['validator'],
  department: null,
});
/** Mallory is bound to the version in ever other ways; molly is her second account or her friend; the others are independent. */
const [mallory, molly, ines, ivan] = ['mallory', 'molly', 'ines', 'ivan'].map(validator) as [Person, Person, Person, Person]; // prettier-ignore

interface Case {
  deps: IntakeDeps;
  database: Database;
  count: Count;
  number: number;
}

/** Each sets the scene, opens a review and tries what must not be. */
const cases: Record<string, (scene: Case) => Promise<ReviewRow>> = {
  'the author, by her name in other letters': async (scene) => {
    const name = ['MALLORY', ' mallory ', 'ｍａｌｌｏｒｙ', 'Mallory@Example.COM'][scene.number % 4]!;
    return afterTrying(scene, { contributors: [name] }, [mallory]);
  },
  'the author of a commit, by an address of hers': async (scene) => {
    await scene.database.db
      .update(people)
      .set({ aliases: ['m.smith@home.example'] })
      .where(sql`handle = 'mallory'`);
    return afterTrying(scene, { authors: ['Mallory S <M.Smith@Home.example>'] }, [mallory]);
  },
  'the human behind the software that delivered it': async (scene) => {
    await scene.database.db
      .update(people)
      .set({ accountable: 'mallory' })
      .where(sql`handle = 'pipeline'`);
    return afterTrying(scene, {}, [mallory]);
  },
  'the stand-in of the author': async (scene) => {
    await away(scene, 'data-scientist-1', 'mallory');
    return afterTrying(scene, {}, [mallory]);
  },
  'the stand-in of the stand-in of a contributor': async (scene) => {
    await away(scene, 'data-scientist-2', 'molly');
    await away(scene, 'molly', 'mallory');
    return afterTrying(scene, { contributors: ['data-scientist-2'] }, [mallory, molly]);
  },
  'one human with two accounts, who votes with both': async (scene) => {
    await scene.database.db.update(people).set({ aliases: ['molly@example.com'], slackUserId: 'U0MALLORY' }).where(sql`handle = 'mallory'`); // prettier-ignore
    const review = await open(scene, {});
    await Promise.all([decide(scene, review, mallory, 'slack'), decide(scene, review, molly, 'email')]);
    await oneVoice(scene, review, ['mallory', 'molly']);
    return review;
  },
  'a second account of the author': async (scene) => {
    await scene.database.db
      .update(people)
      .set({ aliases: ['Molly'] })
      .where(sql`handle = 'mallory'`);
    return afterTrying(scene, { contributors: ['molly'] }, [mallory, molly]);
  },
  'two who delegate to each other, and both vote': async (scene) => {
    const review = await open(scene, {});
    await refusedOr(scene, () => delegate(scene, review, mallory, 'molly'));
    await mustRefuse(scene, 'a delegation came back', () => delegate(scene, review, molly, 'mallory'));
    await refusedOr(scene, () => releaseReview(scene.deps, { person: molly, channel: 'api' }, { reviewId: review.id }));
    return review;
  },
  'a delegate and whom they stand in for, at once': async (scene) => {
    await scene.database.db
      .update(people)
      .set({ groups: [] })
      .where(sql`handle = 'molly'`);
    const review = await open(scene, {}, 'medium');
    await delegate(scene, review, mallory, 'molly');
    await scene.database.pool.query("UPDATE reviews SET assignee = NULL, state = 'READY' WHERE id = $1", [review.id]);
    await Promise.all([decide(scene, review, mallory, 'api'), decide(scene, review, molly, 'web')]);
    await oneVoice(scene, review, ['mallory', 'molly']);
    return review;
  },
  'one person who votes twice, from two channels and two keys': async (scene) => {
    const review = await open(scene, {});
    await Promise.all(
      (['slack', 'email', 'web', 'api'] as const).map((channel) => decide(scene, review, mallory, channel)),
    );
    await oneVoice(scene, review, ['mallory']);
    return review;
  },
};

export const separationOfDuties: Suite = {
  name: 'separation-of-duties',
  does: 'people who are bound to a version decide on it by every detour: other names, software, stand-ins, second accounts, delegations (A-08)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const store = await cloneDatabase(ground.postgres);
    const database = connectDatabase({ url: store.databaseUrl, max: 8 });
    await seed(database, [
      buildPolicy('high', ({ validation: { signOff } }) => void (signOff.quorum = 2)),
      buildPolicy(
        'medium',
        ({ validation: { signOff } }) => void Object.assign(signOff, { quorum: 2, groups: ['credit'] }),
      ),
    ]);
    await database.db.insert(people).values([mallory, molly, ines, ivan]);
    const deps = intakeDepsOf(database);
    const kinds = Object.values(cases);
    const total = isShort ? 3 * kinds.length : 500;
    for (let number = 0; number < total; number++) {
      await clear(database);
      const review = await kinds[number % kinds.length]!({ deps, database, count, number });
      await independentPeopleEndIt({ deps, database, count, number }, review);
    }
    say(
      `${total} reviews, ${count.injected} attempts, ${await refusedAndJournaled(database)} refused decisions in the journal`,
    );
    await database.close();
    await store.drop();
    return count;
  },
};

/** Whoever is bound tries to decide, to be handed it and to be asked too. */
async function afterTrying(scene: Case, lineage: Lineage, bound: readonly Person[]): Promise<ReviewRow> {
  const review = await open(scene, lineage);
  for (const person of bound) {
    const { deps, count } = scene;
    if (await decide(scene, review, person, 'api'))
      count.let_through.push(`${person.handle} decided on ${review.model}`);
    // Even if a candidate's row were there.
    await scene.database.pool.query("INSERT INTO review_candidates (handle, review_id, role, due_at, is_waiting) VALUES ($1, $2, 'validator', now(), true) ON CONFLICT DO NOTHING", [person.handle, review.id]); // prettier-ignore
    if (await decide(scene, review, person, 'web')) count.let_through.push(`${person.handle} decided on ${review.model} by a planted row`); // prettier-ignore
    await scene.database.pool.query('DELETE FROM review_candidates WHERE handle = $1 AND review_id = $2', [person.handle, review.id]); // prettier-ignore
    const handOn = { reviewId: review.id, to: person.handle, reason: 'Would you, please?' };
    const caller = { person: ines, channel: 'api' as const };
    await mustRefuse(scene, `${person.handle} was delegated to`, () => delegateReview(deps, caller, handOn));
    await mustRefuse(scene, `${person.handle} was forwarded to`, () => forwardReview(deps, caller, handOn));
    const to = { roles: [], people: [person.handle] };
    await mustRefuse(scene, `${person.handle} was escalated to`, () => escalateReview(deps, caller, { reviewId: review.id, reason: 'Please', to })); // prettier-ignore
  }
  return review;
}

interface Lineage {
  contributors?: string[];
  authors?: string[];
}

const open = ({ deps }: Case, { contributors = [], authors }: Lineage, riskTier: 'high' | 'medium' = 'high') =>
  openRealReview(
    deps,
    buildSubmission({
      riskTier,
      contributors,
      lineage: { code: { repository: 'https://git.example.com/m.git', commit: 'abc', ...(authors && { authors }) } },
    }),
  );

/** Whether the decision counted. */
async function decide(scene: Case, review: ReviewRow, person: Person, channel: Channel): Promise<boolean> {
  return refusedOr(scene, () =>
    submitDecision(
      scene.deps,
      { person, channel },
      {
        reviewId: review.id,
        command: {
          outcome: 'APPROVED',
          reason: `Read the plan and the metrics, ${uniqueName('note')}`,
          revision: 1,
          evidenceDigest: review.evidenceDigest,
          form: { dispositions: [] },
        },
        idempotencyKey: uniqueName('key'),
      },
    ),
  );
}

async function refusedOr({ count }: Case, attempt: () => Promise<unknown>): Promise<boolean> {
  count.injected++;
  try {
    await attempt();
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

async function mustRefuse(scene: Case, wrong: string, attempt: () => Promise<unknown>): Promise<void> {
  if (await refusedOr(scene, attempt)) scene.count.let_through.push(`case ${scene.number}: ${wrong}`);
}

const delegate = ({ deps }: Case, review: ReviewRow, from: Person, to: string) =>
  delegateReview(deps, { person: from, channel: 'api' }, { reviewId: review.id, to, reason: 'On leave until Monday' });

async function oneVoice({ database, count, number }: Case, review: ReviewRow, of: readonly string[]): Promise<void> {
  const { rows } = await database.pool.query<{ handle: string }>('SELECT handle FROM decisions WHERE review_id = $1', [review.id]); // prettier-ignore
  const given = rows.filter(({ handle }) => of.includes(handle));
  if (given.length > 1)
    count.doubled.push(`case ${number}: one voice of ${of.join(' and ')} counted ${given.length} times`);
}

/** Independent people can still decide: what keeps everybody out would pass too. */
async function independentPeopleEndIt(scene: Case, review: ReviewRow): Promise<void> {
  const { rows } = await scene.database.pool.query<{ state: string }>('SELECT state FROM reviews WHERE id = $1', [
    review.id,
  ]);
  if (rows[0]?.state === 'COMPLETED') return;
  await scene.database.pool.query("UPDATE reviews SET assignee = NULL, state = 'READY' WHERE id = $1 AND closed_at IS NULL", [review.id]); // prettier-ignore
  for (const person of [ines, ivan]) await decide(scene, review, person, 'web');
  const after = await scene.database.pool.query<{ outcome: string | null }>('SELECT outcome FROM reviews WHERE id = $1', [review.id]); // prettier-ignore
  if (after.rows[0]?.outcome !== 'APPROVED')
    scene.count.lost.push(`case ${scene.number}: independent people could not end the review`);
}

async function clear(database: Database): Promise<void> {
  await database.pool.query(
    "UPDATE people SET aliases = '{}', slack_user_id = NULL, accountable = NULL, groups = '{credit}'",
  );
  await database.pool.query('UPDATE absences SET canceled_at = now() WHERE canceled_at IS NULL');
}

async function away({ database }: Case, handle: string, deputy: string): Promise<void> {
  await database.pool.query(
    "INSERT INTO absences (id, handle, deputy, starts_at, ends_at, created_at) VALUES ($1, $2, $3, now() - interval '1 hour', now() + interval '1 day', now())",
    [uniqueName('abs'), handle, deputy],
  );
}

async function refusedAndJournaled(database: Database): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>("SELECT count(*)::int AS count FROM journal.entries WHERE type = 'decision.refused'"); // prettier-ignore
  return rows[0]!.count;
}
