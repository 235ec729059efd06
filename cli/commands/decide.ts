import { randomUUID } from 'node:crypto';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { receiptSchema, reviewViewSchema } from '../../api/schemas/views.ts';
import { dispositions } from '../../domain/evidence.ts';
import { decisionOutcomes, type DecideCommand } from '../../domain/review.ts';
import { ask } from '../api-client.ts';
import { contextOf } from '../context.ts';
import { reviewWords } from './reviews.ts';

type Disposition = DecideCommand['form']['dispositions'][number];

export function addDecide(program: Command): void {
  program
    .command('decide')
    .summary('decide on a review')
    .description(
      'Reads the review, shows it, and gives your decision on exactly what was read. When it changes in between, the decision is refused and you are told.',
    )
    .argument('<id>', 'the review')
    .addOption(new Option('--outcome <outcome>', 'your answer').choices(decisionOutcomes).makeOptionMandatory())
    .requiredOption('--reason <text>', 'why; it stands in the journal for ever')
    .option(
      '--disposition <finding=DISPOSITION:reason>',
      `your answer for a finding, one option each; ${dispositions.join(', ')}`,
      addDisposition,
      [] as Disposition[],
    )
    .option(
      '--key <key>',
      'Idempotency-Key: repeat a command with the same key and it counts once (default: a new one)',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ countersign decide rev_4k2… --outcome REJECTED --reason "Calibration is off above 0.7; see the plot"\n' +
        '  $ countersign decide rev_4k2… --outcome APPROVED --reason "Checked metrics and groups" \\\n      --disposition "fairness-selection:afam=RESTRICTED:Only used with manual review for now"',
    )
    .action(
      async (
        id: string,
        options: { outcome: DecideCommand['outcome']; reason: string; disposition: Disposition[]; key?: string },
        command: Command,
      ) => {
        const { config, output } = contextOf(command);
        const path = `/v1/reviews/${encodeURIComponent(id)}`;
        const review = await ask(config, reviewViewSchema, path);
        output.note(reviewWords(review));
        const decision: DecideCommand = {
          outcome: options.outcome,
          reason: options.reason,
          revision: review.revision,
          evidenceDigest: review.evidenceDigest,
          form: { dispositions: options.disposition },
        };
        const receipt = await ask(config, receiptSchema, `${path}/decisions`, {
          method: 'POST',
          headers: { 'idempotency-key': options.key ?? randomUUID() },
          body: JSON.stringify(decision),
        });
        output.answer(receipt, () => {
          const { state, outcome, quorum } = receipt.review;
          const ended =
            outcome === null
              ? `The review is ${state}: ${quorum.approvals} of ${quorum.required} agreed.`
              : `The review is ${state}: ${outcome}.`;
          return `${receipt.decision.outcome} recorded as ${receipt.decision.id}. ${ended}`;
        });
      },
    );
}

/** `finding=DISPOSITION:reason`; a finding's id may itself hold a colon. */
function addDisposition(text: string, before: Disposition[]): Disposition[] {
  const match = /^(?<finding>[^=]+)=(?<disposition>[A-Z_]+):(?<reason>.+)$/s.exec(text);
  const disposition = dispositions.find((known) => known === match?.groups?.['disposition']);
  const { finding, reason } = match?.groups ?? {};
  if (disposition === undefined || finding === undefined || reason === undefined)
    throw new InvalidArgumentError(`is finding=DISPOSITION:reason with one of ${dispositions.join(', ')}.`);
  return [...before, { finding: finding.trim(), disposition, reason: reason.trim() }];
}
