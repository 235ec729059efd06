import { defineConfig } from 'vitest/config';

const notOurs = ['**/node_modules/**', '**/dist/**', '**/.countersign/**'];

export default defineConfig({
  test: {
    // Temporal's native core does not live in worker threads.
    pool: 'forks',
    retry: 0,
    // What becomes so in a moment; on a busy machine a moment may be long.
    expect: { requireAssertions: true, poll: { timeout: 20_000, interval: 20 } },
    reporters: ['agent', './tests/support/closing-line.ts'],
    // Temporal's core says in many lines that a worker was killed, which tests do on purpose.
    env: { RUST_BACKTRACE: '0' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx,mjs}'],
          exclude: [...notOurs, 'tests/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['tests/**/*.test.{ts,tsx}'],
          exclude: notOurs,
          globalSetup: ['tests/support/servers.ts'],
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
