import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { findTool } from '../../local/tools.ts';

const run = promisify(execFile);

/** Where the Temporal server of this test run answers, `host:port`. */
export const temporalAddress = (): string => inject('temporalAddress');

/** A namespace of its own, so that task queues and workflow ids of ours may keep their names. */
export async function createTestNamespace(): Promise<string> {
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const creation = ['operator', 'namespace', 'create', '--namespace', namespace, '--retention', '1d'];
  await run(findTool('temporal'), [...creation, '--address', temporalAddress(), '--disable-config-file']);
  return namespace;
}

/** For a test that runs its own worker in the default namespace. */
export const uniqueTaskQueue = (): string => `test-${randomBytes(6).toString('hex')}`;
