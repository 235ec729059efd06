import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  pageOf,
  reviewSummarySchema,
  reviewViews,
  type ReviewSummary,
  type ReviewView,
} from '../../api/schemas/views.ts';
import { reviewStates } from '../../domain/review.ts';
import type { FormField } from '../../domain/review-policy.ts';
import { shortDigest } from '../../domain/digest.ts';
import { ask } from '../api-client.ts';
import { contextOf } from '../context.ts';
import { plain, table } from '../output.ts';

export function addReviews(program: Command): void {
  program
    .command('reviews')
    .summary('list reviews')
    .description('Lists open reviews by deadline: those that wait for you, unless you ask for others.')
    .addOption(
      new Option(
        '--view <view>',
        'me: wait for you; groups: for others with your role; waiting: you asked or decided; done: closed; all: open ones',
      )
        .choices([...reviewViews, 'all'])
        .default('me'),
    )
    .addOption(new Option('--state <state>', 'only those in this state').choices(reviewStates))
    .option('--model <name>', 'only of this model')
    .option('--limit <n>', 'at most so many, 1 to 200', limitOf, 50)
    .option('--cursor <cursor>', 'go on after the page before')
    .addHelpText(
      'after',
      '\nExamples:\n  $ countersign reviews\n  $ countersign reviews --view all --model mortgage-denial --json',
    )
    .action(
      async (
        options: { view: string; state?: string; model?: string; limit: number; cursor?: string },
        command: Command,
      ) => {
        const { config, output } = contextOf(command);
        const { view, limit, ...filters } = options;
        const query = new URLSearchParams({ ...filters, limit: String(limit), ...(view === 'all' ? {} : { view }) });
        const page = await ask(config, pageOf(reviewSummarySchema), `/v1/reviews?${query}`);
        output.answer(page, () => listWords(page.items));
        if (page.nextCursor !== null) output.note(`There are more: --cursor ${page.nextCursor}`);
      },
    );
}

function listWords(items: readonly ReviewSummary[]): string {
  if (items.length === 0) return 'No reviews.';
  return table(
    ['id', 'due', 'state', 'agreed', 'question'],
    items.map((review) => [
      review.id,
      review.dueAt.slice(0, 16).replace('T', ' '),
      review.outcome ?? review.state,
      `${review.quorum.approvals} of ${review.quorum.required}`,
      plain(review.question),
    ]),
  );
}

/** The review in words, the question first. */
export function reviewWords(review: ReviewView): string {
  const { quorum, modelVersion } = review;
  return [
    plain(review.question),
    plain(review.summary),
    '',
    `model     ${modelVersion.model} ${modelVersion.version}, ${review.riskTier} risk, round ${review.round}`,
    `sign-off  ${review.signOff} of ${review.process.kind}: ${quorum.approvals} of ${quorum.required} agreed, ${quorum.rejections} against${quorum.missingRoles.length > 0 ? `; waits for ${quorum.missingRoles.join(', ')}` : ''}`,
    `state     ${review.state}${review.outcome === null ? '' : `, ${review.outcome}`}${review.closedReason === null ? '' : `: ${plain(review.closedReason)}`}`,
    `due       ${review.dueAt}`,
    `revision  ${review.revision}`,
    `evidence  ${review.evidenceDigest} (${shortDigest(review.evidenceDigest)})`,
    `may decide  ${review.candidates.map((person) => person.handle).join(', ') || 'nobody'}`,
    ...review.excluded.map(({ handle, why }) => `may not     ${handle}: ${why}`),
    ...(review.findingsToAnswer.length > 0 ? ['', 'Whoever approves answers for these findings:'] : []),
    ...review.findingsToAnswer.map((finding) => `  ${finding.verdict} ${finding.id}: ${plain(finding.message)}`),
    ...(review.form.length > 0 ? ['', 'Questions of the policy:'] : []),
    ...review.form.map(questionWords),
    ...(review.decisions.length > 0 ? ['', 'Decisions:'] : []),
    ...review.decisions.flatMap((decision) => [
      `  ${decision.at} ${decision.by} ${decision.outcome}: ${plain(decision.reason)}${decision.voided === null ? '' : ` (no longer counts: ${plain(decision.voided.why)})`}`,
      ...decision.conditions.map(
        ({ text, owner, dueAt }) => `    on condition: ${plain(text)} (${owner}, due ${dueAt})`,
      ),
    ]),
    '',
    review.links.html,
  ].join('\n');
}

/** A question, and how `--field` answers it. */
function questionWords(question: FormField): string {
  const { outcome, field, equals } = question.when ?? {};
  const notes = [
    answersTo(question),
    question.required ? 'required' : '',
    outcome === undefined ? '' : `with ${outcome}`,
    field === undefined ? '' : equals === undefined ? `with ${field}` : `with ${field}=${equals}`,
  ];
  return `  ${question.name} (${notes.filter(Boolean).join(', ')}): ${plain(question.label)}`;
}

function answersTo(question: FormField): string {
  switch (question.type) {
    case 'boolean':
      return 'true or false';
    case 'choice':
      return plain(question.options.join(' | '));
    case 'date':
    case 'number':
    case 'text':
      return question.type;
  }
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 200)
    throw new InvalidArgumentError('is a number from 1 to 200.');
  return limit;
}
