// Computes evidence in a process of its own, so that a crafted or huge file can cost that process and nothing else.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuiltEvidence, EvidenceRequest } from './evidence-request.ts';
import { gatherInputs, type GatheredInput } from './gather-inputs.ts';
import type { OpenFile } from './open-file.ts';

export type EvidenceFailureCode = 'OUT_OF_MEMORY' | 'TIMED_OUT' | 'ABORTED' | 'CRASHED' | 'FAILED';

/** What the evidence process reads from its standard input. */
export interface EvidenceTask {
  request: EvidenceRequest;
  inputs: GatheredInput[];
  /** The private folder that holds the copies. */
  scratch: string;
  limits: { memoryLimitMb: number };
}

/** What it writes to its standard output. */
export type EvidenceAnswer =
  { ok: true; built: BuiltEvidence } | { ok: false; code: EvidenceFailureCode; message: string };

/** The evidence could not be computed, through no finding of the evidence itself. */
export class EvidenceFailure extends Error {
  override name = 'EvidenceFailure';
  readonly code: EvidenceFailureCode;

  constructor(code: EvidenceFailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface ComputeEvidenceOptions {
  openFile: OpenFile;
  signal?: AbortSignal;
  /** Of the whole process: heap, DuckDB and all. @default 1024 @minimum 256 */
  memoryLimitMb?: number;
  /** From the start of reading to the answer. @default 300000 */
  timeoutMs?: number;
}

const program = join(import.meta.dirname, 'run.ts');

/**
 * Reads the files that the submission names, then computes the pack in a process of its own. Throws EvidenceFailure when that process
 * cannot answer; what is wrong with the evidence is a finding in the pack instead.
 */
export async function computeEvidence(
  request: EvidenceRequest,
  options: ComputeEvidenceOptions,
): Promise<BuiltEvidence> {
  const { openFile, memoryLimitMb = 1024, timeoutMs = 300_000 } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  const scratch = await mkdtemp(join(tmpdir(), 'countersign-evidence-'));
  try {
    const inputs = await gatherInputs(request, { openFile, scratch, signal });
    return await runTask({ request, inputs, scratch, limits: { memoryLimitMb } }, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    if (timeout.aborted)
      throw new EvidenceFailure('TIMED_OUT', `The evidence was not computed within ${timeoutMs / 1000} s.`);
    throw new EvidenceFailure('ABORTED', 'The computation was stopped.');
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const longestComplaint = 4000;

function runTask(task: EvidenceTask, signal: AbortSignal): Promise<BuiltEvidence> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const heapMb = Math.floor(task.limits.memoryLimitMb / 2);
    const child = spawn(process.execPath, ['--no-warnings', `--max-old-space-size=${heapMb}`, program], {
      // None of our settings: what parses strangers' files holds no secrets.
      env: { TZ: 'UTC', LANG: 'C.UTF-8' },
      stdio: ['pipe', 'pipe', 'pipe'],
      signal,
      killSignal: 'SIGKILL',
    });
    const answer: Buffer[] = [];
    let complaint = '';
    child.stdout.on('data', (chunk: Buffer) => answer.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-longestComplaint)));
    // A process that dies before it has read its task says so by its exit.
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify(task));
    child.on('error', reject);
    child.on('close', (code, killedBy) => {
      try {
        resolve(readAnswer(Buffer.concat(answer).toString(), complaint, killedBy ?? `exit code ${code}`));
      } catch (error) {
        reject(error);
      }
    });
  });
}

function readAnswer(text: string, complaint: string, ending: string): BuiltEvidence {
  let answer: EvidenceAnswer;
  try {
    answer = JSON.parse(text) as EvidenceAnswer;
  } catch {
    if (/heap out of memory|allocation failed/i.test(complaint))
      throw new EvidenceFailure('OUT_OF_MEMORY', 'The evidence process reached its memory limit.');
    throw new EvidenceFailure(
      'CRASHED',
      `The evidence process ended without an answer (${ending}). ${complaint}`.trim(),
    );
  }
  if (answer.ok) return answer.built;
  throw new EvidenceFailure(answer.code, answer.message);
}
