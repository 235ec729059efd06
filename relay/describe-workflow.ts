import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { WorkflowState } from '../domain/reconciliation.ts';

/** What Temporal says about the latest run of a workflow. Rejects when Temporal is away. */
export async function describeWorkflow(client: Client, workflowId: string): Promise<WorkflowState> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    switch (status.name) {
      case 'COMPLETED':
      case 'FAILED':
      case 'TERMINATED':
      case 'TIMED_OUT':
        return status.name;
      case 'CANCELLED':
        return 'CANCELED';
      default:
        return 'RUNNING';
    }
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'MISSING';
    throw error;
  }
}
