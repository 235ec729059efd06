// The approval with one step too many before its first wait: what a careless change looks like.
import { sleep } from '@temporalio/workflow';
import type { ProcessOutcome } from '../../domain/process.ts';
import type { ProcessInput } from '../../workflows/contract.ts';
import { approvalWorkflow as unchanged } from '../../workflows/index.ts';

export async function approvalWorkflow(input: ProcessInput): Promise<ProcessOutcome> {
  await sleep('1 hour');
  return unchanged(input);
}
