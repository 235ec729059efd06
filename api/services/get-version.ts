import { listConditions } from '../../db/queries/follow-ups.ts';
import { findVersion, listProcesses } from '../../db/queries/read-models.ts';
import { Refused } from '../../domain/errors.ts';
import type { VersionView } from '../schemas/views.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { conditionViewOf } from './fulfil-condition.ts';
import { processSummaryOf } from './process-summary.ts';
import { isVisible } from './read-scope.ts';
import { versionSummaryOf } from './version-summary.ts';

/** A version with its processes, oldest first. Throws NOT_FOUND. */
export async function getVersion(
  deps: Deps,
  caller: Caller,
  { model, version }: { model: string; version: string },
): Promise<VersionView> {
  const found = await findVersion(deps.database.db, model, version);
  if (!found || !isVisible(caller, found.version))
    throw new Refused('NOT_FOUND', 'There is no such version of this model.');
  const row = found.version;
  const [processes, conditions] = await Promise.all([
    listProcesses(deps.database.db, row.id),
    listConditions(deps.database.db, { modelVersionId: row.id }),
  ]);
  const path = `/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`;
  return {
    ...versionSummaryOf(row),
    description: row.submission.description ?? null,
    author: row.author,
    contributors: row.contributors,
    policy: { id: row.policyId, version: row.policyVersion, digest: found.policyDigest },
    round: row.round,
    artifactDigest: row.artifactDigest,
    evidenceDigest: row.evidenceDigest,
    submittedBy: row.submittedBy,
    processes: processes.map(processSummaryOf),
    conditions: conditions.map(conditionViewOf),
    links: {
      self: `${deps.publicUrl}/v1${path}`,
      html: `${deps.publicUrl}${path}`,
      journal: `${deps.publicUrl}/v1/journal?stream=${row.id}`,
    },
  };
}
