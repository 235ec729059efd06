import type { Command } from 'commander';
import { z } from 'zod';
import { pageOf, personViewSchema } from '../../api/schemas/views.ts';
import { qualificationViewSchema } from '../../api/schemas/standing-in.ts';
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
  group?: string[];
  timeZone?: string;
  alias?: string[];
  accountable?: string;
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
    .option('--group <name...>', 'sign-offs may ask members of groups only')
    .option('--time-zone <name>', 'such as Europe/Berlin')
    .option('--alias <identity...>', 'what else they are called, such as addresses of their commits')
    .option('--accountable <handle>', 'of software: who answers for it')
    .option('--service-account', 'software, which may submit and never decides')
    .requiredOption('--reason <text>', 'why; stands in the journal')
    .addHelpText(
      'after',
      '\nExample:\n  $ countersign admin add-person vera --name "Vera Okafor" --email vera@example.com --role validator --reason "Joined model validation"',
    )
    .action(async (handle: string, options: AddOptions, command: Command) => {
      const { config, output } = contextOf(command);
      const { name, email, role, department, group, timeZone, alias, accountable, reason, serviceAccount } = options;
      const body = {
        handle,
        name,
        email,
        roles: role,
        department,
        groups: group,
        timeZone,
        aliases: alias,
        accountable,
        reason,
        type: serviceAccount ? 'service_account' : 'user',
      };
      const person = await ask(config, personViewSchema, '/v1/people', { method: 'POST', body: JSON.stringify(body) });
      output.answer(person, () => `${person.name} is there as ${person.handle}.`);
    });

  admin
    .command('change-person')
    .summary('change what is known of somebody; what is not named stays')
    .argument('<handle>')
    .option('--name <name>')
    .option('--department <name>')
    .option('--group <name...>', 'all groups that they are in')
    .option('--time-zone <name>', 'such as Europe/Berlin')
    .option('--alias <identity...>', 'all that they are called elsewhere')
    .option('--accountable <handle>', 'of software: who answers for it')
    .requiredOption('--reason <text>', 'why; stands in the journal')
    .action(async (handle: string, options: Partial<AddOptions>, command: Command) => {
      const { config, output } = contextOf(command);
      const { name, department, group, timeZone, alias, accountable, reason } = options;
      const body = JSON.stringify({ name, department, groups: group, timeZone, aliases: alias, accountable, reason });
      const person = await ask(config, personViewSchema, `/v1/people/${encodeURIComponent(handle)}`, { method: 'PATCH', body }); // prettier-ignore
      output.answer(person, () => `${person.name} is changed.`);
    });

  admin
    .command('qualify')
    .summary('say that somebody is qualified, for good or until a day')
    .argument('<handle>')
    .argument('<name>', 'of the qualification, as policies ask for it')
    .option('--until <instant>', 'when it runs out, such as 2027-12-31T00:00:00Z')
    .option('--revoke', 'take it away instead')
    .requiredOption('--reason <text>', 'what it rests on; stands in the journal')
    .addHelpText(
      'after',
      '\nExample:\n  $ countersign admin qualify vera credit-models --until 2027-12-31T00:00:00Z --reason "Passed the course of November"',
    )
    .action(
      async (
        handle: string,
        name: string,
        options: { until?: string; revoke?: boolean; reason: string },
        command: Command,
      ) => {
        const { config, output } = contextOf(command);
        const path = `/v1/people/${encodeURIComponent(handle)}/qualifications/${encodeURIComponent(name)}`;
        if (options.revoke) {
          await send(config, `${path}/revocation`, {
            method: 'POST',
            body: JSON.stringify({ reason: options.reason }),
          });
          return output.answer({ handle, name, revoked: true }, () => `${handle} is no longer qualified for ${name}.`);
        }
        const body = JSON.stringify({ expiresAt: options.until ?? null, reason: options.reason });
        const held = await ask(config, qualificationViewSchema, path, { method: 'PUT', body });
        output.answer(
          held,
          () => `${handle} is qualified for ${name}${held.expiresAt === null ? '' : ` until ${held.expiresAt}`}.`,
        );
      },
    );

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
