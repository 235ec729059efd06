import { eq, sql } from 'drizzle-orm';
import { Refused } from '../../domain/errors.ts';
import type { NewEntry } from '../../domain/journal.ts';
import { changesBetween, keepsDecisions } from '../../domain/material-change.ts';
import { takesNewEvidence } from '../../domain/stage.ts';
import type { Submission } from '../../domain/submission.ts';
import type { DbOrTx } from '../../db/client.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { enqueue } from '../../db/queries/outbox.ts';
import { getPinnedPolicy } from '../../db/queries/policies.ts';
import { findDecisionsOfRound } from '../../db/queries/read-reviews.ts';
import type { VersionRow } from '../../db/queries/versions.ts';
import { modelVersions } from '../../db/schema/index.ts';
import { EVIDENCE_ARRIVED, processWorkflowId } from '../../workflows/contract.ts';
import type { IntakeAnswer } from '../schemas/views.ts';
import {
  answerOf,
  getLifecycleId,
  getVisibleVersion,
  refuseUnreadableFiles,
  submittedEntry,
} from './delivered-version.ts';
import type { Received } from './delivery-transaction.ts';
import type { Deps } from './deps.ts';
import { stopProcesses } from './stop-processes.ts';

/** Opens the next round of a version: what runs on the evidence before is ended, and each decision of that round kept or voided as the policy says. */
export async function updateEvidence(
  deps: Deps,
  tx: DbOrTx,
  received: Received,
  submission: Submission,
): Promise<IntakeAnswer> {
  refuseUnreadableFiles(deps, submission);
  const version = await getVisibleVersion(tx, received, submission.model, submission.version);
  if (version.artifactDigest !== submission.artifact.digest)
    throw new Refused(
      'VERSION_CONFLICT',
      'New evidence is about the same artifact. Another artifact is another version.',
      {
        errors: [{ pointer: '/data/artifact/digest', message: `is ${version.artifactDigest} for this version` }],
      },
    );
  refuseOtherAccountability(version, submission);
  if (!takesNewEvidence(version.stage))
    throw new Refused('WRONG_STATE', `The version is ${version.stage}; it takes no new evidence.`);
  const { rules } = await getPinnedPolicy(tx, version.policyId, version.policyVersion);
  if (version.round >= rules.rounds.maximum)
    throw new Refused(
      'WRONG_STATE',
      `The policy allows ${rules.rounds.maximum} rounds of evidence, and this version had them. Submit a new version.`,
    );
  const round = version.round + 1;
  const lifecycleId = await getLifecycleId(tx, version.id);
  const changed = changesBetween(version.submission, submission);
  const keeps = keepsDecisions(rules, changed);
  const fates = await fatesOf(tx, version, keeps);
  const reason = [`New evidence opened round ${round}.`, ...fateSentences(fates)].join(' ');
  const closed = await stopProcesses(deps, tx, version, { cause: 'SUPERSEDED', reason }, lifecycleId);
  await tx
    .update(modelVersions)
    .set({
      submission,
      round,
      keepsDecisions: keeps,
      evidenceDigest: null,
      stage: 'registered',
      contributors: submission.contributors,
      updatedAt: sql`clock_timestamp()`,
    })
    .where(eq(modelVersions.id, version.id));
  await enqueue(tx, [
    {
      workflowId: processWorkflowId(lifecycleId),
      message: { do: 'tell', what: EVIDENCE_ARRIVED, payload: { round } },
    },
  ]);
  const updated: NewEntry = {
    ...submittedEntry(received, submission, version.id, lifecycleId),
    type: 'model_version.evidence_updated',
    reason,
  };
  await appendEntries(
    tx,
    [{ ...updated, data: { ...updated.data, round, changed, decisions: fates } }, ...closed],
    deps.now(),
  );
  return answerOf(deps, received, submission, version.id, lifecycleId);
}

/** Whoever was bound to the version stays bound: a new round may add contributors, never free one. */
function refuseOtherAccountability(version: VersionRow, submission: Submission): void {
  const problems = [
    ...(version.owner === submission.owner
      ? []
      : [{ pointer: '/data/owner', message: `is ${version.owner} for this version` }]),
    ...(version.author === submission.author
      ? []
      : [{ pointer: '/data/author', message: `is ${version.author} for this version` }]),
    ...(version.riskTier === submission.riskTier
      ? []
      : [{ pointer: '/data/riskTier', message: `is ${version.riskTier} for this version` }]),
    ...(version.contributors.every((contributor) => submission.contributors.includes(contributor))
      ? []
      : [{ pointer: '/data/contributors', message: 'drops somebody who contributed before' }]),
    ...(commitAuthorsOf(version.submission).every((author) => commitAuthorsOf(submission).includes(author))
      ? []
      : [{ pointer: '/data/lineage/code/authors', message: 'drops somebody who wrote code before' }]),
  ];
  if (problems.length > 0)
    throw new Refused('INVALID', 'New evidence changes what only a new version may change.', { errors: problems });
}

const commitAuthorsOf = (submission: Submission): readonly string[] => submission.lineage.code?.authors ?? [];

interface Fate {
  id: string;
  by: string;
  outcome: string;
  fate: 'kept' | 'void';
}

/** For the threads of the reviews that end by it, in every channel. */
function fateSentences(fates: readonly Fate[]): string[] {
  const of = (fate: Fate['fate']) =>
    [...new Set(fates.filter((one) => one.fate === fate).map(({ by }) => by))].join(', ');
  const [kept, void_] = [of('kept'), of('void')];
  return [
    ...(kept === '' ? [] : [`What it did not touch stands on: the approval of ${kept}.`]),
    ...(void_ === '' ? [] : [`No longer counted: the answer of ${void_}.`]),
  ];
}

/** Each decision of the round that ends, and whether it stands on: said in the transaction that ends it. */
async function fatesOf(tx: DbOrTx, version: VersionRow, keeps: boolean): Promise<Fate[]> {
  const given = await findDecisionsOfRound(tx, version.id, version.round);
  return given.map(({ id, handle, outcome }) => ({
    id,
    by: handle,
    outcome,
    fate: keeps && outcome === 'APPROVED' ? 'kept' : 'void',
  }));
}
