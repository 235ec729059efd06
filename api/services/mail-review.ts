// A review as whoever holds the one-time code of a mail may see it and decide on it. No session comes of it.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { findEvidencePack } from '../../db/queries/evidence.ts';
import { findTokenHolder, findTokenOwner, mailTokenHash, spendMailTokens } from '../../db/queries/mail-tokens.ts';
import { findReview } from '../../db/queries/reviews.ts';
import { isAssuredBy, leastAssurance, type AssuranceLevel } from '../../domain/assurance.ts';
import { Refused } from '../../domain/errors.ts';
import { evidencePackSchema, type EvidencePack } from '../../domain/evidence.ts';
import type { ReasonRule } from '../../domain/policy.ts';
import type { DecideCommand } from '../../domain/review.ts';
import type { RedactableField } from '../../domain/review-policy.ts';
import type { ReviewView } from '../schemas/views.ts';
import type { DecisionReceipt } from '../../db/schema/reviews.ts';
import type { Caller } from './caller.ts';
import { getReview } from './get-review.ts';
import type { ReadDeps } from './read-deps.ts';
import { submitDecision } from './submit-decision.ts';

/** What somebody shows who comes from a mail. */
export interface MailPass {
  reviewId: string;
  code: string;
  /** Who is signed in in that browser, if anybody. */
  signedIn: Caller | undefined;
}

const offered = ['APPROVED', 'CHANGES_REQUESTED', 'REJECTED'] as const;
export type OfferedOutcome = (typeof offered)[number];

export interface MailReview {
  caller: Caller;
  /** Without what the policy holds back from mail. */
  review: ReviewView;
  pack: EvidencePack;
  hidden: readonly RedactableField[];
  reasonRule: ReasonRule;
  offers: { outcome: OfferedOutcome; isHere: boolean; least: AssuranceLevel }[];
  /** Goes into the form, and comes back with a press. */
  formToken: string;
}

/**
 * The review; undefined when the code does not decide now, whatever the cause: wrong, used, expired, forwarded to somebody who is signed in here,
 * or the review moved on. Changes nothing and journals nothing: whoever asks may be a scanner, and no person has read anything yet.
 */
export async function openMailReview(deps: ReadDeps, pass: MailPass): Promise<MailReview | undefined> {
  const caller = await holderOf(deps, pass);
  if (!caller) return undefined;
  const [review, row] = await Promise.all([
    getReview(deps, caller, pass.reviewId),
    findReview(deps.database.db, pass.reviewId),
  ]);
  const stored = await findEvidencePack(deps.database.db, review.evidenceDigest);
  if (!row || !stored) return undefined;
  const { rules, reason } = row.terms;
  const hidden = rules.notify.email.redact;
  const isHidden = (field: RedactableField) => hidden.includes(field);
  const pack = evidencePackSchema.parse(JSON.parse(stored.content.toString()));
  const shown = isHidden('findings') ? [] : review.findingsToAnswer;
  return {
    caller,
    review: {
      ...review,
      ...(isHidden('summary') ? { summary: '' } : {}),
      findingsToAnswer: shown,
      decisions: review.decisions.map((decision) => (isHidden('reasons') ? { ...decision, reason: '' } : decision)),
    },
    pack: { ...pack, findings: isHidden('findings') ? [] : pack.findings, charts: isHidden('chart') ? [] : pack.charts },
    hidden,
    reasonRule: reason,
    offers: offered.map((outcome) => {
      const least = leastAssurance(rules.assurance, outcome);
      // Nobody answers for findings that they may not see.
      const isBlind = outcome === 'APPROVED' && shown.length < review.findingsToAnswer.length;
      return { outcome, least: isBlind && least === 'email' ? 'web' : least, isHere: isAssuredBy('email', least) && !isBlind };
    }),
    formToken: sealForm(deps, pass, deps.now()),
  }; // prettier-ignore
}

export interface MailDecision extends MailPass {
  formToken: string;
  command: DecideCommand;
}

/** Decides by a press on the page of a mail; undefined as `openMailReview`. Throws Refused when the decision does not count; the code stays good then. */
export async function decideByMail(deps: ReadDeps, press: MailDecision): Promise<DecisionReceipt | undefined> {
  const caller = await holderOf(deps, press);
  if (!caller) {
    await keepLatePress(deps, press);
    return undefined;
  }
  if (!isFormOfOurs(deps, press, deps.now()))
    throw new Refused('FORBIDDEN', 'The form is too old or not ours. Open the link of the mail again.');
  try {
    const { receipt } = await submitDecision(deps, caller, {
      reviewId: press.reviewId,
      command: press.command,
      // One code is one decision: a second press of the same is the same.
      idempotencyKey: `mail:${mailTokenHash(press.code)}`,
    });
    await spendMailTokens(deps.database.pool, press.reviewId, caller.person.handle, deps.now());
    return receipt;
  } catch (error) {
    const isLate = error instanceof Refused && lateCodes.has(error.code);
    if (isLate) return undefined;
    throw error;
  }
}

/** A press on a page that was good when it was opened, after somebody else decided: what they wanted to say is kept as refused. */
export async function keepLatePress(deps: ReadDeps, press: MailDecision): Promise<void> {
  if (!isFormOfOurs(deps, press, deps.now())) return;
  const { reviewId, code, signedIn, command } = press;
  const person = await findTokenOwner(deps.database.pool, { code, reviewId });
  const review = person && (await findReview(deps.database.db, reviewId));
  if (!review || review.closedAt === null || (signedIn && signedIn.person.handle !== person.handle)) return;
  const idempotencyKey = `mail:${mailTokenHash(code)}`;
  try {
    await submitDecision(deps, { person, channel: 'email' }, { reviewId, command, idempotencyKey });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

/** Refusals that mean the review moved on between the look at the code and the decision. */
const lateCodes: ReadonlySet<string> = new Set([
  'ALREADY_DECIDED', 'ALREADY_CLAIMED', 'IDEMPOTENCY_CONFLICT', 'NOT_ELIGIBLE', 'NOT_FOUND', 'EVIDENCE_CHANGED',
]); // prettier-ignore

async function holderOf(deps: ReadDeps, { reviewId, code, signedIn }: MailPass): Promise<Caller | undefined> {
  // What no code looks like is not worth a question.
  if (!/^[\w-]{43}$/.test(code) || !/^rev_[0-9a-z]{1,40}$/.test(reviewId)) return undefined;
  const person = await findTokenHolder(deps.database.pool, { code, reviewId, now: deps.now() });
  if (!person || (signedIn && signedIn.person.handle !== person.handle)) return undefined;
  return { person, channel: 'email' };
}

const FORM_GOOD_FOR_MS = 2 * 3_600_000;

const formTag = ({ cursorKey }: ReadDeps, { reviewId, code }: MailPass, at: string): Buffer =>
  createHmac('sha256', cursorKey).update(`mail form\0${reviewId}\0${code}\0${at}`).digest().subarray(0, 16);

const sealForm = (deps: ReadDeps, pass: MailPass, now: Date): string => {
  const at = now.getTime().toString(36);
  return `${at}.${formTag(deps, pass, at).toString('base64url')}`;
};

function isFormOfOurs(deps: ReadDeps, press: MailDecision, now: Date): boolean {
  const [at = '', tag = ''] = press.formToken.split('.');
  const given = Buffer.from(tag, 'base64url');
  const expected = formTag(deps, press, at);
  const age = now.getTime() - Number.parseInt(at, 36);
  return given.length === expected.length && timingSafeEqual(given, expected) && age >= 0 && age <= FORM_GOOD_FOR_MS;
}
