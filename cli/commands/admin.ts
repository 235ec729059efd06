import type { Command } from 'commander';
import { z } from 'zod';
import { pageOf, personViewSchema } from '../../api/schemas/views.ts';
import { addReconcile } from './reconcile.ts';
import { addWebhooks } from './webhooks.ts';
import { ask, send } from '../api-client.ts';
import { contextOf } from '../context.ts';
import { table } from '../output.ts';

interface AddOptions {
  name: string;
  email: string;
  role: string[];
  department?: string;
  serviceAccount?: boolean;
  reason: string;
}

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

  admin
    .command('add-person')
    .summary('add a person or service account')
    .argument('<handle>')
    .requiredOption('--name <name>')
    .requiredOption('--email <address>')
    .requiredOption('--role <role...>', 'submitter, validator, domain_expert, compliance, auditor, administrator')
    .option('--department <name>')
    .option('--service-account', 'software, which may submit and never decides')
    .requiredOption('--reason <text>', 'why; stands in the journal')
    .addHelpText(
      'after',
      '\nExample:\n  $ countersign admin add-person vera --name "Vera Okafor" --email vera@example.com --role validator --reason "Joined model validation"',
    )
    .action(async (handle: string, options: AddOptions, command: Command) => {
      const { config, output } = contextOf(command);
      const { name, email, role, department, reason, serviceAccount } = options;
      const body = {
        handle,
        name,
        email,
        roles: role,
        department,
        reason,
        type: serviceAccount ? 'service_account' : 'user',
      };
      const person = await ask(config, personViewSchema, '/v1/people', { method: 'POST', body: JSON.stringify(body) });
      output.answer(person, () => `${person.name} is there as ${person.handle}.`);
    });

  admin
    .command('issue-token')
    .summary('issue an access token, shown this once')
    .argument('<handle>')
    .requiredOption('--reason <text>', 'what for; stands in the journal')
    .action(async (handle: string, { reason }: { reason: string }, command: Command) => {
      const { config, output } = contextOf(command);
      const path = `/v1/people/${encodeURIComponent(handle)}/tokens`;
      const issued = await ask(config, z.object({ token: z.string() }), path, {
        method: 'POST',
        body: JSON.stringify({ reason }),
      });
      output.answer(issued, () => issued.token);
    });

  admin
    .command('deactivate')
    .summary('take all access away from a person who left')
    .argument('<handle>')
    .requiredOption('--reason <text>', 'why; stands in the journal')
    .action(async (handle: string, { reason }: { reason: string }, command: Command) => {
      const { config, output } = contextOf(command);
      await send(config, `/v1/people/${encodeURIComponent(handle)}/deactivation`, {
        method: 'POST',
        body: JSON.stringify({ reason }),
      });
      output.answer({ handle, isActive: false }, () => `${handle} has no access any more. Past decisions stay.`);
    });

  addWebhooks(admin);
  addReconcile(admin);
}
