import { hash } from 'node:crypto';
import type { Command } from 'commander';
import { intakeAnswerSchema, type IntakeAnswer } from '../../api/schemas/views.ts';
import { signatureOf } from '../../integrations/generic/verify-signature.ts';
import { ask } from '../api-client.ts';
import { contextOf, type Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { parseJson, readText } from '../read-file.ts';
import { answerGate, waitForGate, wholeSeconds } from './wait.ts';

export function addSubmit(program: Command): void {
  program
    .command('submit')
    .summary('submit a model version, new evidence, or a withdrawal')
    .description(
      'Signs a JSON file with COUNTERSIGN_WEBHOOK_SECRET and sends it as a webhook. The file holds an event { type, timestamp, data }, or only the data of a submission.',
    )
    .argument('<file>', 'the JSON file; - reads standard input')
    .option('--source <name>', 'the source that the secret belongs to', 'generic')
    .option(
      '--id <webhook-id>',
      'names the delivery; the same id and body again changes nothing (default: a digest of the body)',
    )
    .option('--wait', 'wait until people and rules have come to an end; exit 0 approved, 1 refused, 3 still open')
    .option('--timeout <seconds>', 'with --wait: give up after this long', wholeSeconds)
    .addHelpText(
      'after',
      '\nExamples:\n  $ COUNTERSIGN_WEBHOOK_SECRET=whsec_… countersign submit version.json\n  $ countersign --as pipeline submit version.json --wait --timeout 86400   # a gate in a pipeline',
    )
    .action(
      async (
        file: string,
        options: { source: string; id?: string; wait?: boolean; timeout?: number },
        command: Command,
      ) => {
        const context = contextOf(command);
        const body = eventText(file);
        const answer = await deliver(context, body, options);
        if (!options.wait) return context.output.answer(answer, () => wordsOf(answer));
        context.output.note(wordsOf(answer));
        const { pathname } = new URL(answer.links.self);
        answerGate(context, await waitForGate(context, pathname, options.timeout));
      },
    );
}

function eventText(file: string): string {
  const text = readText(file);
  const value = parseJson(text, file);
  const isEvent = typeof value === 'object' && value !== null && 'type' in value && 'data' in value;
  return isEvent
    ? text
    : JSON.stringify({ type: 'model_version.submitted', timestamp: new Date().toISOString(), data: value });
}

async function deliver(
  { config }: Context,
  body: string,
  { source, id }: { source: string; id?: string },
): Promise<IntakeAnswer> {
  const secret = config.webhookSecret;
  if (secret === undefined)
    throw new Failure(
      'Set COUNTERSIGN_WEBHOOK_SECRET to the secret of the source. In the demonstration, --as pipeline brings it along.',
    );
  const deliveryId = id ?? `cli-${hash('sha256', body, 'hex').slice(0, 32)}`;
  const timestamp = String(Math.floor(Date.now() / 1000));
  return ask(config, intakeAnswerSchema, `/v1/hooks/${encodeURIComponent(source)}`, {
    method: 'POST',
    isAnonymous: true,
    headers: {
      'webhook-id': deliveryId,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signatureOf(secret, deliveryId, timestamp, body)}`,
    },
    body,
  });
}

function wordsOf({ modelVersionId, links, replayed }: IntakeAnswer): string {
  return `${replayed ? 'Known before' : 'Taken in'} as ${modelVersionId}\n${links.html}`;
}
