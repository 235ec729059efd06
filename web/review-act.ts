// What people do with a review beside deciding, as the page's plain forms send it.
import type { z } from 'zod';
import { Refused } from '../domain/errors.ts';
import {
  commentSchema,
  escalateSchema,
  handOnSchema,
  overrideSchema,
  requestInfoSchema,
  submitInfoSchema,
  suspendSchema,
  withdrawSchema,
} from '../api/schemas/review-thread.ts';
import type { ReviewVerb } from '../domain/review.ts';
import { fieldOf, type FormFields } from './form-fields.ts';

/** Each verb with what it says. `idempotencyKey` names one press of a button. */
export type ReviewAct =
  | { verb: 'claim' | 'release' | 'start' | 'resume' | 'remind' }
  | ({ verb: 'comment'; idempotencyKey?: string | undefined } & z.infer<typeof commentSchema>)
  | ({ verb: 'requestInfo' } & z.infer<typeof requestInfoSchema>)
  | ({ verb: 'submitInfo'; questionId: string } & z.infer<typeof submitInfoSchema>)
  | ({ verb: 'delegate' | 'forward' } & z.infer<typeof handOnSchema>)
  | ({ verb: 'suspend' } & z.infer<typeof suspendSchema>)
  | ({ verb: 'escalate' } & z.infer<typeof escalateSchema>)
  | ({ verb: 'withdraw' } & z.infer<typeof withdrawSchema>)
  | ({ verb: 'override' } & z.infer<typeof overrideSchema>);

/** The last part of the address that each form is posted to. */
export const actPaths = {
  claim: 'claim', release: 'release', start: 'start', comment: 'comments', requestInfo: 'questions', submitInfo: 'answers', delegate: 'delegation',
  forward: 'forward', suspend: 'suspension', resume: 'resumption', remind: 'reminders', escalate: 'escalation', withdraw: 'withdrawal', override: 'override',
} as const satisfies Partial<Record<ReviewVerb, string>>; // prettier-ignore
export type ActVerb = keyof typeof actPaths;
export const isActVerb = (verb: ReviewVerb): verb is ActVerb => verb in actPaths;

/** Throws INVALID, each error with the name of its field as the pointer. */
export function readAct(verb: ActVerb, fields: FormFields): ReviewAct {
  const field = (name: string) => fieldOf(fields, name).trim();
  const optional = (name: string) => field(name) || undefined;
  const reason = field('reason');
  switch (verb) {
    case 'claim':
    case 'release':
    case 'start':
    case 'resume':
    case 'remind':
      return { verb };
    case 'comment':
      return { verb, ...parse(commentSchema, { text: field('text') }), idempotencyKey: optional('idempotencyKey') };
    case 'requestInfo':
      return { verb, ...parse(requestInfoSchema, { question: field('question'), to: optional('to') }) };
    case 'submitInfo':
      return { verb, questionId: field('questionId'), ...parse(submitInfoSchema, { answer: field('answer') }) };
    case 'delegate':
    case 'forward':
      return { verb, ...parse(handOnSchema, { to: field('to'), reason }) };
    case 'suspend': {
      const until = optional('until');
      return { verb, ...parse(suspendSchema, { reason, until: until && `${until}T00:00:00Z` }) };
    }
    case 'escalate': {
      const person = optional('to');
      return { verb, ...parse(escalateSchema, { reason, ...(person && { to: { people: [person] } }) }) };
    }
    case 'withdraw':
      return { verb, ...parse(withdrawSchema, { reason }) };
    case 'override':
      return { verb, ...parse(overrideSchema, { outcome: field('outcome'), reason }) };
  }
}

const missing: Record<string, string> = {
  text: 'Write something.',
  question: 'Write the question.',
  answer: 'Write the answer.',
  to: 'Choose somebody.',
  reason: 'Say why.',
  until: 'Choose a day.',
  outcome: 'Choose an outcome.',
};

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map((issue) => String(issue.path[0] ?? ''));
  throw new Refused('INVALID', names.map((name) => missing[name] ?? 'Something is missing.').join(' '), {
    errors: names.map((name) => ({ pointer: `/${name}`, message: missing[name] ?? 'is missing' })),
  });
}
