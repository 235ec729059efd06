import type { Command } from 'commander';
import type { z } from 'zod';
import { reconciliationSchema } from '../../api/schemas/views.ts';
import { ask } from '../api-client.ts';
import { contextOf } from '../context.ts';

type Reconciliation = z.infer<typeof reconciliationSchema>;

export function addReconcile(admin: Command): void {
  admin
    .command('reconcile')
    .summary('compare rows, journal and workflows')
    .description(
      'Names each difference between the rows, the journal and the workflows of the engine, and what to do. Exit 1 when there is one that is not in flight.',
    )
    .option('--repair', 'begin lost workflows again and tell those that did not hear; journaled, nothing else changes')
    .addHelpText(
      'after',
      '\nExamples:\n  $ countersign admin reconcile\n  $ countersign admin reconcile --repair --json',
    )
    .action(async ({ repair }: { repair?: boolean }, command: Command) => {
      const { config, output } = contextOf(command);
      output.progress('The server compares …');
      const method = repair === true ? 'POST' : 'GET';
      const found = await ask(config, reconciliationSchema, '/v1/admin/reconcile', { method });
      output.answer(found, () => reconciliationWords(found));
      const standing = found.differences.filter(
        ({ subject, isInFlight }) => !isInFlight && found.repaired?.includes(subject) !== true,
      );
      if (standing.length > 0) process.exitCode = 1;
    });
}

function reconciliationWords({ checked, differences, repaired }: Reconciliation): string {
  const { versions, entries, reviews, decisions, processes } = checked;
  const compared = `Compared ${versions} versions, ${entries} entries, ${reviews} reviews, ${decisions} decisions, ${processes} processes.`;
  if (differences.length === 0) return `${compared} They agree.`;
  const lines = differences.map(
    ({ kind, subject, rows, journal, workflow, advice }) =>
      `${kind} ${subject}\n  rows: ${rows}\n  journal: ${journal}\n  workflow: ${workflow}\n  ${advice}`,
  );
  const done =
    repaired === undefined ? [] : [`Begun or told again: ${repaired.length === 0 ? 'none' : repaired.join(', ')}.`];
  return [compared, `${differences.length} differ:`, ...lines, ...done].join('\n');
}
