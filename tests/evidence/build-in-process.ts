import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../domain/evidence.ts';
import { buildEvidencePack } from '../../evidence/build-evidence-pack.ts';
import type { BuiltEvidence, EvidenceRequest } from '../../evidence/evidence-request.ts';
import { gatherInputs } from '../../evidence/gather-inputs.ts';
import { openEvidenceFile } from '../../storage/file.ts';

/** The pack of a request, built in this process: quicker than one of its own, and the same code. */
export async function buildHere(request: EvidenceRequest): Promise<BuiltEvidence> {
  const scratch = await mkdtemp(join(tmpdir(), 'countersign-evidence-'));
  try {
    const inputs = await gatherInputs(request, { openFile: openEvidenceFile, scratch });
    return await buildEvidencePack(request, inputs, { memoryLimitMb: 256, threads: 2 });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

export function findingOf(built: BuiltEvidence, id: string): Finding {
  const finding = built.pack.findings.find((candidate) => candidate.id === id);
  if (finding === undefined)
    throw new Error(`There is no finding ${id}; there are ${built.pack.findings.map((each) => each.id).join(', ')}`);
  return finding;
}

/** The ids of blocking findings that failed: what ends the process. */
export const blockers = (built: BuiltEvidence): string[] =>
  built.pack.findings.filter(({ blocking, verdict }) => blocking && verdict === 'FAIL').map(({ id }) => id);

/** The ids of findings that a person must answer for. */
export const toJudge = (built: BuiltEvidence): string[] =>
  built.pack.findings.filter(({ blocking, verdict }) => !blocking && verdict === 'FAIL').map(({ id }) => id);
