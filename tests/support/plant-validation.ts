import type { DbOrTx } from '../../db/client.ts';
import { insertEvidencePack } from '../../db/queries/evidence.ts';
import { insertProcess } from '../../db/queries/processes.ts';
import type { BuiltEvidence } from '../../evidence/evidence-request.ts';
import { processWorkflowId } from '../../workflows/contract.ts';

/** A validation under way on this evidence, as its workflow would have written it; no workflow is behind it. */
export async function plantValidation(
  tx: DbOrTx,
  { processId, evidence: { pack, bytes, digest } }: { processId: string; evidence: BuiltEvidence },
): Promise<void> {
  const modelVersionId = pack.modelVersion.id;
  await insertEvidencePack(tx, {
    digest,
    modelVersionId,
    round: pack.round,
    criteriaDigest: pack.criteriaDigest,
    content: Buffer.from(bytes),
  });
  await insertProcess(tx, {
    id: processId,
    modelVersionId,
    kind: 'validation',
    round: pack.round,
    state: 'RUNNING',
    workflowId: processWorkflowId(processId),
    policyId: pack.policy.id,
    policyVersion: pack.policy.version,
  });
}
