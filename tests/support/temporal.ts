import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { createNamespace } from './ground.ts';

/** Where the Temporal server of this test run answers, `host:port`. */
export const temporalAddress = (): string => inject('temporalAddress');

/** A namespace of its own, so that task queues and workflow ids of ours may keep their names. */
export const createTestNamespace = (): Promise<string> => createNamespace(temporalAddress());

/** For a test that runs its own worker in the default namespace. */
export const uniqueTaskQueue = (): string => `test-${randomBytes(6).toString('hex')}`;
