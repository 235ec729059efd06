// All that a simulated policy is held against, read in one snapshot that cannot write.
import { and, desc, eq, inArray, or, sql } from 'drizzle-orm';
import { roles } from '../../domain/actor.ts';
import type { KnownPerson, VersionInQuestion } from '../../domain/eligibility.ts';
import type { Policy } from '../../domain/policy.ts';
import type { StoredEvidence } from '../../domain/rejudge-checks.ts';
import type { HeldReview } from '../../domain/replay-review.ts';
import type { Metric } from '../../domain/metric.ts';
import type { Submission } from '../../domain/submission.ts';
import type { Database, DbOrTx } from '../client.ts';
import { decisions, evidencePacks, modelVersions, policies, reviewCandidates, reviews } from '../schema/index.ts';
import { findPeopleInQuestion } from './eligibility.ts';
import type { VersionRow } from './versions.ts';

/** A version with the evidence of its latest round, or of the round that a review was about. */
export interface VersionUnderPolicy {
  inQuestion: Omit<VersionInQuestion, 'earlierDeciders'>;
  lineage: Submission['lineage'];
  /** Null while there is none. */
  evidence: (StoredEvidence & { older: Policy; champion: { version: string; metrics: Metric[] } | null }) | null;
}

export interface SimulationFacts {
  people: KnownPerson[];
  /** Undefined when no such version is there. */
  subject: (VersionUnderPolicy & { id: string; earlierDeciders: { handle: string; signOff: string }[] }) | undefined;
  decided: (HeldReview & { versionId: string; evidenceDigest: string })[];
  open: (HeldReview & { versionId: string; evidenceDigest: string })[];
  versions: Map<string, VersionUnderPolicy['inQuestion'] & { lineage: Submission['lineage'] }>;
  /** By digest; only where checks are to be judged again. */
  evidence: Map<string, NonNullable<VersionUnderPolicy['evidence']>>;
  /** Decisions by version, for who decided on it before. */
  deciders: Map<string, { handle: string; signOff: string; at: string }[]>;
  /** Whether there were more decided reviews than were read. */
  isCut: boolean;
}

export interface SimulationQuery {
  policyId: string;
  subject: { model: string; version: string } | undefined;
  /** Names of people beside those of versions. */
  replay: { since: Date; limit: number } | undefined;
  /** Whether checks of this policy version ask something else than the simulated ones. */
  asksOtherwise: (older: Policy) => boolean;
  at: Date;
}

export async function readSimulation(database: Database, query: SimulationQuery): Promise<SimulationFacts> {
  return database.withTransaction(async (tx) => {
    await tx.execute(sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`);
    const from = query.replay?.since ?? query.at;
    const nobody = { model: '', version: '', riskTier: 'low', task: '', owner: '', author: '', contributors: [], commitAuthors: [], submittedBy: null, earlierDeciders: [] } as const; // prettier-ignore
    const people = await findPeopleInQuestion(tx, nobody, { roles, quorum: 1 }, from);
    const subject = query.subject && (await readSubject(tx, query.subject));
    const decided = query.replay ? await readReviews(tx, query.policyId, query.replay) : [];
    const open = query.replay ? await readReviews(tx, query.policyId, undefined) : [];
    const isCut = query.replay !== undefined && decided.length > query.replay.limit;
    const kept = isCut ? decided.slice(0, query.replay?.limit) : decided;
    const all = [...kept, ...open];
    const rows = await readVersions(tx, [...new Set(all.map(({ versionId }) => versionId))]);
    return {
      people,
      subject,
      decided: kept,
      open,
      isCut,
      versions: new Map(rows.map((row) => [row.id, { ...inQuestionOf(row), lineage: row.submission.lineage }])),
      evidence: await readEvidence(tx, [...new Set(all.map(({ evidenceDigest }) => evidenceDigest))], query.asksOtherwise), // prettier-ignore
      deciders: await readDeciders(tx, rows.map(({ id }) => id)), // prettier-ignore
    };
  });
}

const inQuestionOf = (row: VersionRow): VersionUnderPolicy['inQuestion'] => ({
  model: row.model,
  version: row.version,
  riskTier: row.riskTier,
  task: row.submission.task,
  owner: row.owner,
  author: row.author,
  contributors: row.contributors,
  commitAuthors: row.submission.lineage.code?.authors ?? [],
  submittedBy: row.submittedBy,
});

async function readSubject(
  tx: DbOrTx,
  { model, version }: { model: string; version: string },
): Promise<SimulationFacts['subject']> {
  const [row] = await tx
    .select()
    .from(modelVersions)
    .where(and(eq(modelVersions.model, model), eq(modelVersions.version, version)));
  if (!row) return undefined;
  const evidence = row.evidenceDigest === null ? undefined : (await readEvidence(tx, [row.evidenceDigest], () => true)).get(row.evidenceDigest); // prettier-ignore
  const earlier = (await readDeciders(tx, [row.id])).get(row.id) ?? [];
  return { id: row.id, inQuestion: inQuestionOf(row), lineage: row.submission.lineage, evidence: evidence ?? null, earlierDeciders: earlier }; // prettier-ignore
}

/** Reviews under this policy: decided or expired since an instant, newest first, one more than the limit; or open, soonest first. */
async function readReviews(
  tx: DbOrTx,
  policyId: string,
  decided: { since: Date; limit: number } | undefined,
): Promise<SimulationFacts['decided']> {
  const ofPolicy = and(
    sql`${reviews.terms}->'policy'->>'id' = ${policyId}`,
    inArray(reviews.kind, ['sign_off', 'conflict']),
  );
  const rows = decided
    ? await tx
        .select()
        .from(reviews)
        .where(
          and(
            ofPolicy,
            sql`${reviews.closedAt} >= ${decided.since.toISOString()}::timestamptz`,
            or(eq(reviews.state, 'COMPLETED'), eq(reviews.state, 'EXPIRED')),
          ),
        )
        .orderBy(desc(reviews.closedAt), desc(reviews.id))
        .limit(decided.limit + 1)
    : await tx
        .select()
        .from(reviews)
        .where(and(ofPolicy, sql`${reviews.closedAt} IS NULL`))
        .orderBy(reviews.dueAt, reviews.id)
        .limit(MAX_OPEN);
  const ids = rows.map(({ id }) => id);
  const given = ids.length === 0 ? [] : await tx.select().from(decisions).where(inArray(decisions.reviewId, ids)).orderBy(decisions.decidedAt); // prettier-ignore
  const asked = ids.length === 0 ? [] : await tx.select({ reviewId: reviewCandidates.reviewId, handle: reviewCandidates.handle }).from(reviewCandidates).where(inArray(reviewCandidates.reviewId, ids)); // prettier-ignore
  const givenOn = Map.groupBy(given, ({ reviewId }) => reviewId);
  const askedOn = Map.groupBy(asked, ({ reviewId }) => reviewId);
  return rows.map((row) => ({
    id: row.id,
    versionId: row.modelVersionId,
    evidenceDigest: row.evidenceDigest,
    kind: row.kind === 'conflict' ? 'conflict' : 'sign_off',
    signOff: row.signOff,
    outcome: row.outcome,
    createdAt: row.createdAt.toISOString(),
    dueAt: row.dueAt.toISOString(),
    candidates: (askedOn.get(row.id) ?? []).map(({ handle }) => handle),
    decisions: (givenOn.get(row.id) ?? []).map((one) => ({
      handle: one.handle,
      onBehalfOf: one.onBehalfOf,
      department: one.department,
      outcome: one.outcome,
      reason: one.reason,
      channel: one.channel,
      assurance: one.assurance,
      at: one.decidedAt.toISOString(),
    })),
  }));
}

/** More than anybody looks through. */
const MAX_OPEN = 2_000;

async function readVersions(tx: DbOrTx, ids: string[]): Promise<VersionRow[]> {
  return ids.length === 0 ? [] : tx.select().from(modelVersions).where(inArray(modelVersions.id, ids));
}

async function readDeciders(tx: DbOrTx, versionIds: string[]): Promise<SimulationFacts['deciders']> {
  if (versionIds.length === 0) return new Map();
  const rows = await tx
    .select({
      versionId: reviews.modelVersionId,
      handle: decisions.handle,
      signOff: reviews.signOff,
      at: decisions.decidedAt,
    }) // prettier-ignore
    .from(decisions)
    .innerJoin(reviews, eq(reviews.id, decisions.reviewId))
    .where(inArray(reviews.modelVersionId, versionIds));
  const found: SimulationFacts['deciders'] = new Map();
  for (const { versionId, handle, signOff, at } of rows)
    found.set(versionId, [...(found.get(versionId) ?? []), { handle, signOff, at: at.toISOString() }]);
  return found;
}

interface PackPart extends StoredEvidence {
  policy: { id: string; version: number };
  champion: { version: string; evidenceDigest: string } | null;
}

async function readEvidence(
  tx: DbOrTx,
  digests: string[],
  asksOtherwise: (older: Policy) => boolean,
): Promise<SimulationFacts['evidence']> {
  const found: SimulationFacts['evidence'] = new Map();
  const rulesOf = new Map<string, Policy | undefined>();
  const metricsOf = new Map<string, Metric[]>();
  // Packs are large; a few at a time.
  for (let first = 0; first < digests.length; first += PACKS_AT_ONCE) {
    const packs = await readPacks(tx, digests.slice(first, first + PACKS_AT_ONCE));
    for (const [digest, pack] of packs) {
      const { id, version } = pack.policy;
      const key = `${id} ${version}`;
      if (!rulesOf.has(key)) {
        const [row] = await tx.select({ rules: policies.rules }).from(policies).where(and(eq(policies.id, id), eq(policies.version, version))); // prettier-ignore
        rulesOf.set(key, row?.rules);
      }
      const older = rulesOf.get(key);
      if (!older || !asksOtherwise(older)) continue;
      const championDigest = pack.champion?.evidenceDigest;
      if (championDigest !== undefined && !metricsOf.has(championDigest))
        metricsOf.set(championDigest, (await readPacks(tx, [championDigest])).get(championDigest)?.metrics ?? []);
      const champion = pack.champion && { version: pack.champion.version, metrics: metricsOf.get(pack.champion.evidenceDigest) ?? [] }; // prettier-ignore
      found.set(digest, { metrics: pack.metrics, findings: pack.findings, documents: pack.documents, inputs: pack.inputs, older, champion }); // prettier-ignore
    }
  }
  return found;
}

const PACKS_AT_ONCE = 20;

async function readPacks(tx: DbOrTx, digests: string[]): Promise<Map<string, PackPart>> {
  if (digests.length === 0) return new Map();
  const rows = await tx
    .select({ digest: evidencePacks.digest, content: evidencePacks.content })
    .from(evidencePacks)
    .where(inArray(evidencePacks.digest, digests));
  return new Map(rows.map(({ digest, content }) => [digest, JSON.parse(content.toString()) as PackPart]));
}
