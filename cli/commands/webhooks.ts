import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { pageOf } from '../../api/schemas/views.ts';
import {
  newWebhookEndpointSchema,
  webhookDeliverySchema,
  webhookEndpointSchema,
  type WebhookDeliveryView,
} from '../../api/schemas/webhook-views.ts';
import type { CliConfig } from '../../config.ts';
import { ask, send } from '../api-client.ts';
import { contextOf } from '../context.ts';
import { Failure } from '../failure.ts';
import { plain, table } from '../output.ts';

interface AddOptions {
  type?: string[];
  model?: string;
  description?: string;
  ed25519?: boolean;
  reason: string;
}

const LONGEST_TEST_MS = 25_000;

export function addWebhooks(admin: Command): void {
  const webhooks = admin.command('webhooks').description('Where outgoing webhooks go.');

  webhooks
    .command('list')
    .summary('list endpoints')
    .action(async (_options: unknown, command: Command) => {
      const { config, output } = contextOf(command);
      const page = await ask(config, pageOf(webhookEndpointSchema), '/v1/webhook-endpoints');
      output.answer(page, () =>
        table(
          ['id', 'state', 'types', 'model', 'url'],
          page.items.map(({ id, isActive, disabledReason, types, model, url }) => [
            id,
            isActive ? 'active' : plain(disabledReason ?? 'disabled'),
            types.length === 0 ? 'all' : types.join(','),
            model ?? 'all',
            url,
          ]),
        ),
      );
    });

  webhooks
    .command('add')
    .summary('send outgoing webhooks to a URL; prints the secret this once')
    .argument('<url>')
    .option('--type <type...>', 'only these event types, such as gate.approved')
    .option('--model <name>', 'only of this model')
    .option('--description <text>')
    .option('--ed25519', 'sign with a private key of ours; prints the public key')
    .requiredOption('--reason <text>', 'why; stands in the journal')
    .addHelpText(
      'after',
      '\nExample:\n  $ countersign admin webhooks add https://ci.example.com/hooks --type gate.approved gate.rejected --reason "The pipeline goes on by itself"',
    ) // prettier-ignore
    .action(async (url: string, options: AddOptions, command: Command) => {
      const { config, output } = contextOf(command);
      const { type, model, description, ed25519, reason } = options;
      const body = {
        url,
        types: type,
        model,
        description,
        algorithm: ed25519 === true ? 'v1a' : 'v1',
        reason,
      };
      const added = await ask(config, newWebhookEndpointSchema, '/v1/webhook-endpoints', { method: 'POST', body: JSON.stringify(body) }); // prettier-ignore
      output.answer(added, () => `${added.id}\n${added.secret ?? added.publicKey ?? ''}`);
    });

  webhooks
    .command('remove')
    .summary('send nothing more to an endpoint')
    .argument('<id>')
    .requiredOption('--reason <text>', 'why; stands in the journal')
    .action(async (id: string, { reason }: { reason: string }, command: Command) => {
      const { config, output } = contextOf(command);
      await send(config, `${pathOf(id)}?reason=${encodeURIComponent(reason)}`, { method: 'DELETE' });
      output.answer({ id, removed: true }, () => `Nothing more goes to ${id}.`);
    });

  webhooks
    .command('test')
    .summary('send a test event and wait for its first attempt')
    .argument('<id>')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { config, output } = contextOf(command);
      const { deliveryId } = await ask(config, z.object({ deliveryId: z.string() }), `${pathOf(id)}/test`, { method: 'POST' }); // prettier-ignore
      const delivery = await firstAttempt(config, id, deliveryId);
      if (delivery?.state !== 'DELIVERED')
        throw new Failure(delivery?.lastError ? `It did not arrive: ${plain(delivery.lastError)}` : 'Nothing was sent yet. Does a worker run?', delivery); // prettier-ignore
      output.answer(delivery, () => `It arrived: ${delivery.lastStatus}.`);
    });
}

const pathOf = (id: string): string => `/v1/webhook-endpoints/${encodeURIComponent(id)}`;

async function firstAttempt(
  config: CliConfig,
  id: string,
  deliveryId: string,
): Promise<WebhookDeliveryView | undefined> {
  for (const until = Date.now() + LONGEST_TEST_MS; ; await delay(300)) {
    const { items } = await ask(config, pageOf(webhookDeliverySchema), `${pathOf(id)}/deliveries?limit=20`);
    const delivery = items.find((item) => item.id === deliveryId);
    const wasTried = delivery !== undefined && (delivery.state !== 'WAITING' || delivery.lastError !== null);
    if (wasTried || Date.now() > until) return delivery;
  }
}
