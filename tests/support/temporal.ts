import { randomBytes } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { inject } from 'vitest';

/** Where the Temporal server of this test run answers, `host:port`. */
export const temporalAddress = (): string => inject('temporalAddress');

/** A namespace of its own, so that task queues and workflow ids of ours may keep their names. */
export async function createTestNamespace(): Promise<string> {
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const connection = await Connection.connect({ address: temporalAddress() });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
  } finally {
    await connection.close();
  }
  return namespace;
}

/** For a test that runs its own worker in the default namespace. */
export const uniqueTaskQueue = (): string => `test-${randomBytes(6).toString('hex')}`;
