import { isDeepStrictEqual } from 'node:util';
import { Refused } from '../../domain/errors.ts';
import { chainEntry, emptyHead } from '../../domain/journal.ts';
import type { Submission } from '../../domain/submission.ts';
import { isUniqueViolation, nullViolationColumn, type DbOrTx } from '../../db/client.ts';
import { newId } from '../../db/new-id.ts';
import { insertNewVersion, type NewVersion } from '../../db/queries/intake.ts';
import { sha256 } from '../../db/sha256.ts';
import { processWorkflowId } from '../../workflows/contract.ts';
import type { IntakeAnswer } from '../schemas/views.ts';
import {
  answerOf,
  getLifecycleId,
  getVisibleVersion,
  refuseUnreadableFiles,
  submittedEntry,
} from './delivered-version.ts';
import { inDeliveryTransaction, type Received } from './delivery-transaction.ts';
import type { Deps } from './deps.ts';

/** Registers a version and starts its lifecycle; one that is known with the same content answers as it did. Throws VERSION_CONFLICT for other content. */
export async function submitVersion(deps: Deps, received: Received, submission: Submission): Promise<IntakeAnswer> {
  refuseUnreadableFiles(deps, submission);
  const versionId = newId('modelVersion');
  const processId = newId('process');
  const answer = answerOf(deps, received, submission, versionId, processId);
  const entry = chainEntry(
    emptyHead,
    submittedEntry(received, submission, versionId, processId),
    deps.now().toISOString(),
    sha256,
  );
  const isNew = await insertUnlessKnown(deps, {
    delivery: { ...received, answer },
    version: { id: versionId, submittedBy: received.account, submission },
    lifecycle: {
      id: processId,
      workflowId: processWorkflowId(processId),
      start: { do: 'start', kind: 'lifecycle', input: { processId, modelVersionId: versionId, round: 0 } },
    },
    entry,
  });
  return isNew
    ? answer
    : inDeliveryTransaction(deps, received, (tx) => answerKnownVersion(deps, tx, received, submission));
}

async function insertUnlessKnown(deps: Deps, version: NewVersion): Promise<boolean> {
  try {
    await insertNewVersion(deps.database.pool, version);
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    const missing = nullViolationColumn(error);
    if (missing === 'owner' || missing === 'author')
      throw new Refused('INVALID', `The ${missing} is nobody we know, so nobody would be accountable.`, {
        errors: [{ pointer: `/data/${missing}`, message: 'is no active person of this installation' }],
      });
    if (missing === 'policy_id')
      throw new Refused(
        'NOT_READY',
        `No policy is published for tier ${version.version.submission.riskTier}. Publish one, then deliver again.`,
      );
    throw error;
  }
}

/** The version came before under another delivery: the same content is the same event, anything else a conflict. */
async function answerKnownVersion(
  deps: Deps,
  tx: DbOrTx,
  received: Received,
  submission: Submission,
): Promise<IntakeAnswer> {
  const version = await getVisibleVersion(tx, received, submission.model, submission.version);
  if (version.artifactDigest !== submission.artifact.digest)
    throw new Refused(
      'VERSION_CONFLICT',
      `${submission.model} ${submission.version} is known with another artifact. Another artifact is another version.`,
      {
        errors: [{ pointer: '/data/artifact/digest', message: `is ${version.artifactDigest} for this version` }],
      },
    );
  if (!isDeepStrictEqual(version.submission, submission))
    throw new Refused(
      'VERSION_CONFLICT',
      `${submission.model} ${submission.version} is known with other content. Send model_version.evidence_updated to open a new round.`,
    );
  return answerOf(deps, received, submission, version.id, await getLifecycleId(tx, version.id));
}
