import type { Command } from 'commander';
import { pageOf, personViewSchema } from '../../api/schemas/views.ts';
import { addReconcile } from './reconcile.ts';
import { ask } from '../api-client.ts';
import { contextOf } from '../context.ts';
import { table } from '../output.ts';

export function addAdmin(program: Command): void {
  const admin = program.command('admin').description('Look after an installation.');

  admin
    .command('people')
    .summary('list people and service accounts with their roles')
    .addHelpText('after', '\nExample:\n  $ countersign admin people --json')
    .action(async (_options: unknown, command: Command) => {
      const { config, output } = contextOf(command);
      const page = await ask(config, pageOf(personViewSchema), '/v1/people');
      output.answer(page, () =>
        table(
          ['handle', 'name', 'kind', 'roles', 'department', 'email'],
          page.items.map((person) => [
            person.handle,
            person.name,
            person.isActive ? person.type : 'inactive',
            person.roles.join(','),
            person.department ?? '',
            person.email,
          ]),
        ),
      );
    });
  addReconcile(admin);
}
