import { randomUUID } from 'node:crypto';
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { deferralViewSchema } from '../../api/schemas/review-thread.ts';
import { receiptSchema, reviewViewSchema } from '../../api/schemas/views.ts';
import { dispositions } from '../../domain/evidence.ts';
import { decisionOutcomes, type DecideCommand } from '../../domain/review.ts';
import { ask } from '../api-client.ts';
import { contextOf } from '../context.ts';
import {
  addCondition,
  addDisposition,
  addField,
  completeForm,
  deferralOf,
  readForm,
  type FormOptions,
} from '../decision-form.ts';
import { reviewWords } from './reviews.ts';

interface DecideOptions extends FormOptions {
  outcome: DecideCommand['outcome'];
  reason: string;
  form?: string;
  key?: string;
}

const deferredSchema = z.object({ deferral: deferralViewSchema });

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
    )
    .option('--field <name=value>', 'your answer to a question of the policy, one option each', addField)
    .option(
      '--condition <text;owner=…;due=…>',
      'approved, provided that …: who sees to it until when; ;expires=… says when people are asked again otherwise',
      addCondition,
    )
    .option('--deferral <check@instant>', 'counts at that instant, if the check still holds then', deferralOf)
    .option(
      '--form <file>',
      'all of these as JSON, as the form of the API: { dispositions, conditions, deferral, fields }; - reads standard input',
    )
    .option(
      '--key <key>',
      'Idempotency-Key: repeat a command with the same key and it counts once (default: a new one)',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ countersign decide rev_4k2… --outcome REJECTED --reason "Calibration is off above 0.7; see the plot"\n' +
        '  $ countersign decide rev_4k2… --outcome APPROVED --reason "Checked metrics and groups" \\\n      --disposition "fairness-selection:afam=RESTRICTED:Only used with manual review for now"\n' +
        '  $ countersign decide rev_4k2… --outcome APPROVED --reason "Sound; the plan for monitoring is missing" \\\n      --condition "Write the monitoring plan;owner=data-scientist-1;due=2026-12-07T17:00:00Z" --field monitored=true\n' +
        '  $ countersign decide rev_4k2… --outcome APPROVED --reason "Sound, if the scores are complete then too" --deferral "completeness@2026-12-07T09:00:00Z"\n' +
        '  $ echo \'{"fields": {"share": 0.2}}\' | countersign decide rev_4k2… --outcome APPROVED --reason "For a fifth of the traffic" --form -\n\n' +
        'Instants are written as 2026-12-07T17:00:00Z or 2026-12-07T18:00:00+01:00. Conditions and deferrals go with APPROVED.',
    )
    .action(async (id: string, options: DecideOptions, command: Command) => {
      const { config, output } = contextOf(command);
      const given = options.form === undefined ? { dispositions: [] } : readForm(options.form);
      const path = `/v1/reviews/${encodeURIComponent(id)}`;
      const review = await ask(config, reviewViewSchema, path);
      output.note(reviewWords(review));
      const decision: DecideCommand = {
        outcome: options.outcome,
        reason: options.reason,
        revision: review.revision,
        evidenceDigest: review.evidenceDigest,
        form: completeForm(given, options, review.form),
      };
      const request = {
        method: 'POST',
        headers: { 'idempotency-key': options.key ?? randomUUID() },
        body: JSON.stringify(decision),
      } as const;
      if (decision.form.deferral !== undefined) {
        const deferred = await ask(config, deferredSchema, `${path}/decisions`, request);
        const { check, countsAt } = deferred.deferral;
        return output.answer(
          deferred,
          () => `Your approval counts at ${countsAt} if ${check} still holds then. Until then it does not.`,
        );
      }
      const receipt = await ask(config, receiptSchema, `${path}/decisions`, request);
      output.answer(receipt, () => {
        const { state, outcome, quorum } = receipt.review;
        const ended =
          outcome === null
            ? `The review is ${state}: ${quorum.approvals} of ${quorum.required} agreed.`
            : `The review is ${state}: ${outcome}.`;
        return `${receipt.decision.outcome} recorded as ${receipt.decision.id}. ${ended}`;
      });
    });
}
