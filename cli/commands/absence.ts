import type { Command } from 'commander';
import { pageOf } from '../../api/schemas/views.ts';
import { absenceViewSchema } from '../../api/schemas/standing-in.ts';
import { ask, send } from '../api-client.ts';
import { contextOf } from '../context.ts';
import { table } from '../output.ts';

export function addAbsence(program: Command): void {
  const absence = program.command('absence').description('Say when you are away, and who decides in your name.');

  absence
    .command('set')
    .summary('say that you will be away')
    .requiredOption('--from <instant>', 'such as 2026-12-21T00:00:00Z')
    .requiredOption('--until <instant>', 'when you are back')
    .option('--deputy <handle>', 'who is asked too, as far as they may decide')
    .addHelpText(
      'after',
      '\nExample:\n  $ countersign absence set --from 2026-12-21T00:00:00Z --until 2027-01-04T00:00:00Z --deputy compliance-2',
    )
    .action(async (options: { from: string; until: string; deputy?: string }, command: Command) => {
      const { config, output } = contextOf(command);
      const body = JSON.stringify({ startsAt: options.from, endsAt: options.until, deputy: options.deputy ?? null });
      const said = await ask(config, absenceViewSchema, '/v1/people/me/absences', { method: 'POST', body });
      output.answer(said, () => `You are away from ${said.startsAt} to ${said.endsAt}, as ${said.id}.`);
    });

  absence
    .command('list')
    .summary('list your absences')
    .action(async (_options: unknown, command: Command) => {
      const { config, output } = contextOf(command);
      const page = await ask(config, pageOf(absenceViewSchema), '/v1/people/me/absences');
      const rows = page.items.map(({ id, startsAt, endsAt, deputy }) => [id, startsAt, endsAt, deputy ?? '']);
      output.answer(page, () =>
        rows.length === 0 ? 'You are not away.' : table(['id', 'from', 'until', 'deputy'], rows),
      );
    });

  absence
    .command('clear')
    .summary('take an absence back')
    .argument('<id>', 'the absence, such as abs_7x1…')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { config, output } = contextOf(command);
      await send(config, `/v1/people/me/absences/${encodeURIComponent(id)}`, { method: 'DELETE' });
      output.answer({ id }, () => 'You are there.');
    });
}
