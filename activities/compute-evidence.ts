import { ApplicationFailure, Context } from '@temporalio/activity';
import { eq } from 'drizzle-orm';
import { evidencePackSchema, type EvidencePack, type Finding } from '../domain/evidence.ts';
import type { NewEntry } from '../domain/journal.ts';
import type { PinnedPolicy } from '../domain/policy.ts';
import type { DbOrTx } from '../db/client.ts';
import { getEvidencePack, insertDocuments, insertEvidencePack } from '../db/queries/evidence.ts';
import { appendEntries } from '../db/queries/journal.ts';
import { getPinnedPolicy } from '../db/queries/policies.ts';
import { getProcessById, type ProcessRow } from '../db/queries/processes.ts';
import { findIncumbent, getVersionById, lockVersionById, type VersionRow } from '../db/queries/versions.ts';
import { modelVersions, processes } from '../db/schema/index.ts';
import type { BuiltEvidence, Champion, EvidenceRequest } from '../evidence/evidence-request.ts';
import { criteriaDigest } from '../evidence/criteria.ts';
import { EvidenceFailure } from '../evidence/run-in-process.ts';
import type { ActivityDeps } from './deps.ts';

export interface EvidenceActivityDeps extends ActivityDeps {
  /** Computes in a process of its own; see evidence/run-in-process.ts. */
  computeEvidence: (request: EvidenceRequest, options: { signal: AbortSignal }) => Promise<BuiltEvidence>;
}

export interface EvidenceVerdict {
  evidenceDigest: string;
  /** REJECTED: a blocking check failed, and `reason` names rule, value and limit. */
  verdict: 'TO_REVIEW' | 'REJECTED';
  reason: string;
}

/** Runs the policy's checks on the version's latest round and keeps the pack. Criteria are frozen in the journal before anything is read; a repeat finds the same. */
export async function computeEvidence(
  deps: EvidenceActivityDeps,
  { processId }: { processId: string },
): Promise<EvidenceVerdict> {
  const { db } = deps.database;
  const process = await getProcessById(db, processId);
  const policy = await getPinnedPolicy(db, process.policyId, process.policyVersion);
  const standing = process.details.evidenceDigest;
  if (typeof standing === 'string')
    return verdictOf(
      evidencePackSchema.parse(JSON.parse((await getEvidencePack(db, standing)).content.toString())),
      standing,
    );
  const version = await getVersionById(db, process.modelVersionId);
  if (version.round !== process.round)
    throw ApplicationFailure.nonRetryable(`Round ${process.round} was superseded`, 'WRONG_STATE');
  const criteria = await freezeCriteria(deps, process, policy);
  const answer = await withHeartbeat(async () =>
    deps.computeEvidence(
      {
        modelVersion: { id: version.id, model: version.model, version: version.version },
        round: process.round,
        submission: version.submission,
        policy,
        champion: await championOf(db, version),
        fileRoots: [...deps.fileRoots],
      },
      { signal: Context.current().cancellationSignal },
    ),
  );
  if (answer.pack.criteriaDigest !== criteria)
    throw new Error('The evidence was computed under other criteria than those frozen');
  await keepEvidence(deps, process, answer);
  return verdictOf(answer.pack, answer.digest);
}

const HEARTBEAT_EVERY_MS = 5_000;

export async function withHeartbeat<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), HEARTBEAT_EVERY_MS);
  try {
    return await work();
  } catch (error) {
    // The same files would cost as much again.
    if (error instanceof EvidenceFailure && (error.code === 'OUT_OF_MEMORY' || error.code === 'TIMED_OUT'))
      throw ApplicationFailure.nonRetryable(error.message, error.code);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

async function freezeCriteria(deps: EvidenceActivityDeps, process: ProcessRow, policy: PinnedPolicy): Promise<string> {
  const digest = criteriaDigest(policy.rules);
  await deps.database.withTransaction(async (tx) => {
    await lockVersionById(tx, process.modelVersionId);
    const { details } = await getProcessById(tx, process.id);
    if (details.criteriaDigest !== undefined) return;
    await tx
      .update(processes)
      .set({ details: { ...details, criteriaDigest: digest } })
      .where(eq(processes.id, process.id));
    const frozen: NewEntry = {
      stream: process.modelVersionId,
      type: 'criteria.frozen',
      actor: { type: 'system', id: 'workflow/validation' },
      reason: 'Checks, thresholds and methods stand before any result is read.',
      data: {
        processId: process.id,
        round: process.round,
        criteriaDigest: digest,
        policy: { id: policy.id, version: policy.version, digest: policy.digest },
      },
    };
    await appendEntries(tx, [frozen], deps.now());
  });
  return digest;
}

export async function championOf(db: DbOrTx, version: VersionRow): Promise<Champion | null> {
  const incumbent = await findIncumbent(db, version);
  if (!incumbent?.evidenceDigest) return null;
  const pack = evidencePackSchema.parse(
    JSON.parse((await getEvidencePack(db, incumbent.evidenceDigest)).content.toString()),
  );
  return {
    id: incumbent.id,
    version: incumbent.version,
    evidenceDigest: incumbent.evidenceDigest,
    metrics: pack.metrics,
    roc: rocOf(pack),
  };
}

/** The first curve is the version's own; the second was its champion's. */
function rocOf(pack: EvidencePack): Champion['roc'] {
  const chart = pack.charts.find((candidate) => candidate.kind === 'roc' && candidate.dataset === 'validation');
  return (chart?.kind === 'roc' ? chart.series[0] : undefined) ?? null;
}

async function keepEvidence(
  deps: EvidenceActivityDeps,
  process: ProcessRow,
  { pack, bytes, digest, documents }: BuiltEvidence,
): Promise<void> {
  await deps.database.withTransaction(async (tx) => {
    const version = await lockVersionById(tx, process.modelVersionId);
    const { details } = await getProcessById(tx, process.id);
    if (details.evidenceDigest !== undefined) return;
    await insertDocuments(
      tx,
      documents.flatMap(({ digest: name, mediaType, text }) =>
        text === null ? [] : [{ digest: name, mediaType, content: Buffer.from(text) }],
      ),
    );
    await insertEvidencePack(tx, {
      digest,
      modelVersionId: version.id,
      round: process.round,
      criteriaDigest: pack.criteriaDigest,
      content: Buffer.from(bytes),
    });
    await tx
      .update(processes)
      .set({ details: { ...details, evidenceDigest: digest } })
      .where(eq(processes.id, process.id));
    if (version.round === process.round)
      await tx.update(modelVersions).set({ evidenceDigest: digest }).where(eq(modelVersions.id, version.id));
    await appendEntries(tx, [computedEntry(process, pack, digest)], deps.now());
  });
}

function computedEntry(process: ProcessRow, pack: EvidencePack, digest: string): NewEntry {
  return {
    stream: process.modelVersionId,
    type: 'evidence.computed',
    actor: { type: 'system', id: 'workflow/validation' },
    reason: `The checks of policy ${pack.policy.id} version ${pack.policy.version} ran on round ${process.round}.`,
    data: {
      processId: process.id,
      round: process.round,
      evidenceDigest: digest,
      criteriaDigest: pack.criteriaDigest,
      findings: pack.findings.map(({ id, verdict, value, threshold }) => ({ id, verdict, value, threshold })),
      champion: pack.champion,
    },
  };
}

const isBlocking = (finding: Finding): boolean => finding.blocking && finding.verdict === 'FAIL';

function verdictOf(pack: EvidencePack, evidenceDigest: string): EvidenceVerdict {
  const blocking = pack.findings.filter(isBlocking);
  if (blocking.length === 0) return { evidenceDigest, verdict: 'TO_REVIEW', reason: 'No blocking check failed.' };
  const reason = blocking
    .map(
      (finding) =>
        `${finding.title}: ${finding.message} (rule ${finding.id}${finding.threshold ? `, limit ${finding.threshold}` : ''})`,
    )
    .join(' ');
  return { evidenceDigest, verdict: 'REJECTED', reason: reason.length > 2000 ? `${reason.slice(0, 1999)}…` : reason };
}
