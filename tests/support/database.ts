import { inject } from 'vitest';
import { cloneDatabase, type TestDatabase } from './ground.ts';

export type { TestDatabase };

/** A database of its own with all tables and nothing in them. One for each test file; `drop` it in `afterAll`. */
export const createTestDatabase = (): Promise<TestDatabase> => cloneDatabase(inject('postgres'));
