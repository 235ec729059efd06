import type { Command } from 'commander';
import { conditionViewSchema } from '../../api/schemas/conditions.ts';
import { versionViewSchema } from '../../api/schemas/views.ts';
import { ask } from '../api-client.ts';
import { contextOf } from '../context.ts';
import { plain, table } from '../output.ts';

export function addConditions(program: Command): void {
  program
    .command('conditions')
    .summary('list what the approval of a version is conditional on')
    .argument('<model>')
    .argument('<version>')
    .addHelpText('after', '\nExample:\n  $ countersign conditions mortgage-denial 2')
    .action(async (model: string, version: string, _options: unknown, command: Command) => {
      const { config, output } = contextOf(command);
      const path = `/v1/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`;
      const { conditions } = await ask(config, versionViewSchema, path);
      const rows = conditions.map(({ id, state, owner, dueAt, text }) => [id, state, owner, dueAt, plain(text)]);
      output.answer({ items: conditions }, () =>
        rows.length === 0
          ? 'No approval of it was given on a condition.'
          : table(['id', 'state', 'owner', 'due', 'condition'], rows),
      );
    });

  const condition = program.command('condition').description('See to what an approval was conditional on.');
  condition
    .command('fulfil')
    .summary('say that a condition of yours is done')
    .argument('<id>', 'the condition, such as cond_7x1…')
    .requiredOption('--reason <text>', 'what was done, and where it can be seen')
    .addHelpText(
      'after',
      '\nExample:\n  $ countersign condition fulfil cond_7x1… --reason "The monitoring plan lies beside the model card"',
    )
    .action(async (id: string, options: { reason: string }, command: Command) => {
      const { config, output } = contextOf(command);
      const body = JSON.stringify({ reason: options.reason });
      const path = `/v1/conditions/${encodeURIComponent(id)}/fulfilment`;
      const said = await ask(config, conditionViewSchema, path, { method: 'POST', body });
      output.answer(said, () => `The condition is ${said.state}: ${plain(said.text)}`);
    });
}
