// What people do with a review beside deciding: `countersign review <id> <verb>`.
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import type { z } from 'zod';
import {
  answerReceiptSchema,
  attachmentViewSchema,
  commentViewSchema,
  eligibilityViewSchema,
  questionReceiptSchema,
  reminderReceiptSchema,
  reviewStandingSchema,
  type ReviewStanding,
} from '../../api/schemas/review-thread.ts';
import { assignmentSchema, pageOf, reviewViewSchema } from '../../api/schemas/views.ts';
import type { CliConfig } from '../../config.ts';
import { ask, type Request } from '../api-client.ts';
import { contextOf } from '../context.ts';
import { Failure } from '../failure.ts';
import { plain, table } from '../output.ts';
import { reviewWords } from './reviews.ts';

interface Options {
  to?: string;
  reason?: string;
  until?: string;
  outcome?: string;
  role?: string[];
  person?: string[];
}

interface VerbOf<T extends z.ZodType> {
  /** Words that follow the verb, as the help shows them. */
  words?: string;
  does: string;
  /** Options that must be there. */
  needs?: (keyof Options)[];
  path: string;
  method?: Request['method'];
  body?: (text: string, options: Options) => object;
  answer: T;
  says: (answer: z.output<T>) => string;
}

interface Verb extends Omit<VerbOf<z.ZodType>, 'answer' | 'says'> {
  ask: (config: CliConfig, path: string, request: Request) => Promise<{ answer: unknown; words: () => string }>;
}

const verb = <T extends z.ZodType>({ answer: schema, says, ...how }: VerbOf<T>): Verb => ({
  ...how,
  ask: async (config, path, request) => {
    const answer = await ask(config, schema, path, request);
    return { answer, words: () => says(answer) };
  },
});

const standing = (review: ReviewStanding): string =>
  [
    `The review is ${review.state}${review.outcome === null ? '' : `, ${review.outcome}`}, revision ${review.revision}.`,
    ...(review.assignee === null ? [] : [`${review.assignee} has it${review.delegatedBy === null ? '' : `, delegated by ${review.delegatedBy}`}.`]), // prettier-ignore
    ...(review.suspension === null ? [] : [`It waits: ${plain(review.suspension.reason)}`]),
    ...(review.outcome === null ? [`Due ${review.dueAt}. Asked: ${review.candidates.map(({ handle }) => handle).join(', ')}.`] : []), // prettier-ignore
  ].join('\n');
const assigned = ({ state, assignee }: z.infer<typeof assignmentSchema>): string =>
  `The review is ${state}${assignee === null ? '' : `; ${assignee} has it`}.`;

const changes = { answer: reviewStandingSchema, says: standing };
const reason = (_: string, options: Options) => ({ reason: options.reason });
const handOn = (_: string, { to, reason: why }: Options) => ({ to, reason: why });

const verbs: Record<string, Verb> = {
  claim: verb({ does: 'take it, so that nobody else decides meanwhile', path: 'assignment', method: 'PUT', answer: assignmentSchema, says: assigned }),
  release: verb({ does: 'give it back', path: 'assignment', method: 'DELETE', answer: assignmentSchema, says: assigned }),
  start: verb({ does: 'begin to work on it', path: 'start', ...changes }),
  delegate: verb({ does: 'let somebody decide in your name', needs: ['to', 'reason'], path: 'delegation', body: handOn, ...changes }),
  forward: verb({ does: 'give your place to somebody else, for good', needs: ['to', 'reason'], path: 'forward', body: handOn, ...changes }),
  ask: verb({ words: 'question', does: 'ask for information; it waits for the answer', path: 'info-requests', body: (question, { to }) => ({ question, to }), answer: questionReceiptSchema, says: ({ question }) => `Asked ${question.mentions.join(', ')} as ${question.id}. The review waits for the answer.` }),
  answer: verb({ words: 'answer', does: 'answer the question that it waits for', path: 'info-requests/{question}/answer', body: (answer) => ({ answer }), answer: answerReceiptSchema, says: ({ review }) => standing(review) }),
  suspend: verb({ does: 'let it rest', needs: ['reason'], path: 'suspension', body: (_, { reason: why, until }) => ({ reason: why, until }), ...changes }),
  resume: verb({ does: 'let it go on', path: 'suspension', method: 'DELETE', ...changes }),
  comment: verb({ words: 'text', does: 'say something; @handle names people', path: 'comments', body: (text) => ({ text }), answer: commentViewSchema, says: ({ id, mentions }) => `Said as ${id}${mentions.length === 0 ? '' : `; named ${mentions.join(', ')}`}.` }),
  comments: verb({ does: 'read what was said', path: 'comments', method: 'GET', answer: pageOf(commentViewSchema), says: ({ items }) => items.map(({ at, by, kind, text }) => `${at} ${by}${kind === 'comment' ? '' : ` (${kind})`}: ${plain(text)}`).join('\n') || 'Nobody said anything.' }),
  attach: verb({ words: 'file', does: 'lay a file beside the evidence', path: 'attachments', body: attachmentOf, answer: attachmentViewSchema, says: ({ name, id }) => `${name} lies there as ${id}.` }),
  remind: verb({ does: 'remind those who are asked', path: 'reminders', answer: reminderReceiptSchema, says: ({ reminded }) => `Reminded ${reminded.join(', ') || 'nobody'}.` }),
  escalate: verb({ does: 'ask further people', needs: ['reason'], path: 'escalation', body: (_, { reason: why, role, person }) => ({ reason: why, ...((role ?? person) && { to: { roles: role, people: person } }) }), ...changes }),
  withdraw: verb({ does: 'take back what you asked for', needs: ['reason'], path: 'withdrawal', body: reason, ...changes }),
  override: verb({ does: 'break the glass: close it in an emergency', needs: ['outcome', 'reason'], path: 'override', body: (_, { outcome, reason: why }) => ({ outcome, reason: why }), ...changes }),
  candidates: verb({ does: 'see who can decide, and why others cannot', path: 'candidates', method: 'GET', answer: eligibilityViewSchema, says: candidateWords }),
}; // prettier-ignore

export function addReviewVerbs(program: Command): void {
  program
    .command('review')
    .summary('show one review, or do something with it')
    .description(
      `Shows what is asked, what it rests on, who may decide and who has. With a verb it does something:\n\n${verbTable()}`,
    )
    .argument('<id>', 'the review, such as rev_4k2…')
    .argument('[verb]', 'what to do with it')
    .argument('[text...]', 'words or a file, where the verb takes them')
    .option('--to <handle>', 'delegate, forward, ask: whom')
    .option('--reason <text>', 'why; stands in the journal')
    .option('--until <instant>', 'suspend: when it goes on by itself, such as 2026-12-01T09:00:00Z')
    .option('--role <role...>', 'escalate: ask holders of these roles too')
    .option('--person <handle...>', 'escalate: ask these people too')
    .addOption(
      new Option('--outcome <outcome>', 'override: how it ends').choices(['APPROVED', 'REJECTED', 'CHANGES_REQUESTED']),
    ) // prettier-ignore
    .addHelpText(
      'after',
      '\nExamples:\n  $ countersign review rev_4k2m9s0c7v1x5b8n3q6t\n' +
        '  $ countersign review rev_4k2… delegate --to validator-2 --reason "On leave until Monday"\n' +
        '  $ countersign review rev_4k2… ask "Which rows were dropped, and why?"\n' +
        '  $ countersign review rev_4k2… comment "Look at the calibration, @compliance-1"',
    )
    .action(async (id: string, name: string | undefined, text: string[], options: Options, command: Command) => {
      const { config, output } = contextOf(command);
      const path = `/v1/reviews/${encodeURIComponent(id)}`;
      if (name === undefined) {
        const review = await ask(config, reviewViewSchema, path);
        return output.answer(review, () => reviewWords(review));
      }
      const chosen = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
      if (!chosen) command.error(`error: there is no verb ${name}. There are ${Object.keys(verbs).join(', ')}.`);
      const missing = chosen.needs?.find((option) => options[option] === undefined);
      if (missing) command.error(`error: ${name} needs --${missing}`);
      const words = text.join(' ');
      if (chosen.words !== undefined && words === '') command.error(`error: ${name} needs the ${chosen.words}`);
      const target = chosen.path.includes('{question}') ? await openQuestion() : chosen.path;
      const { method = 'POST', body } = chosen;
      const { answer, words: answerWords } = await chosen.ask(config, `${path}/${target}`, {
        method,
        ...(name === 'comment' ? { headers: { 'idempotency-key': randomUUID() } } : {}),
        ...(body === undefined ? {} : { body: JSON.stringify(body(words, options)) }),
      });
      output.answer(answer, answerWords);

      async function openQuestion(): Promise<string> {
        const { suspension } = await ask(config, reviewViewSchema, path);
        if (!suspension?.questionId) throw new Failure('The review waits for no answer.');
        return chosen!.path.replace('{question}', encodeURIComponent(suspension.questionId));
      }
    });
}

const verbTable = (): string =>
  Object.entries(verbs)
    .map(([name, { words, does }]) => `  ${`${name}${words === undefined ? '' : ` <${words}>`}`.padEnd(20)}${does}`)
    .join('\n');

function attachmentOf(path: string): object {
  return { name: basename(path), content: readFileSync(path).toString('base64') };
}

function candidateWords({ may, mayNot, rerouted }: z.infer<typeof eligibilityViewSchema>): string {
  const notes = may.map((person) => [
    person.handle,
    person.role,
    [
      person.via === null ? '' : person.onBehalfOf === null ? person.via : `${person.via} of ${person.onBehalfOf}`,
      person.absentUntil === null ? '' : `away until ${person.absentUntil}`,
    ]
      .filter(Boolean)
      .join(', '),
  ]);
  return [
    may.length === 0 ? 'Nobody can decide.' : table(['may decide', 'role', ''], notes),
    ...mayNot.map(({ handle, why }) => `may not     ${handle}: ${plain(why)}`),
    ...(rerouted === null ? [] : [plain(rerouted)]),
  ].join('\n');
}
