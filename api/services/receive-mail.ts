// What people answer to our mails: a comment, information, a question, and where the policy lets it a decision. What cannot be told apart from a forgery does nothing.
import { parseAddress } from '../../channels/email/address.ts';
import { readCommand, type MailCommand } from '../../channels/email/read-command.ts';
import { readMail, type Bounce, type ReceivedMail } from '../../channels/email/read-mail.ts';
import { isReplyOf, type ReplyTarget } from '../../channels/email/reply-address.ts';
import { findPlace } from '../../db/queries/card-copies.ts';
import {
  findPersonByEmail,
  insertMailNotice,
  isMailKnown,
  keepMailName,
  markBounced,
} from '../../db/queries/received-mails.ts';
import { findReview, type ReviewRow } from '../../db/queries/reviews.ts';
import { sha256 } from '../../db/sha256.ts';
import { Refused } from '../../domain/errors.ts';
import { answerQuestion } from './answer-question.ts';
import type { Caller } from './caller.ts';
import { commentOnReview } from './comments.ts';
import type { Deps } from './deps.ts';
import { requestInformation } from './request-information.ts';
import { submitDecision } from './submit-decision.ts';

export interface InboundMail {
  /** What a mail server shows that hands mail over. */
  secret: string;
  /** Signs the addresses that people answer to. */
  replyKey: Buffer;
  /** undefined: no answer decides. */
  authservId: string | undefined;
}

export const mailDeeds = ['commented', 'answered', 'asked', 'decided', 'bounced', 'repeated', 'ignored'] as const;

export interface MailReceipt {
  did: (typeof mailDeeds)[number];
  /** Why it did not do more, in a sentence; null where it did what it asked. */
  why: string | null;
}

const LONGEST_COMMENT = 4_000;
/** As much as is kept, and no half of a character at its end. */
const cut = (text: string): string => text.slice(0, LONGEST_COMMENT).replace(/[\ud800-\udbff]$/, '');
/** Mails of one process are taken one after the other, so that the same one twice is one. */
let queue: Promise<unknown> = Promise.resolve();

/** Takes a mail once. Throws nothing for a mail that is no good: who hands it over can do nothing about that. */
export function receiveMail(
  deps: Deps,
  inbound: InboundMail,
  { raw, recipient }: { raw: Buffer; recipient: string | undefined },
): Promise<MailReceipt> {
  const taken = queue.then(async () => {
    const mail = await readMail(raw, { recipient, authservId: inbound.authservId });
    if (!mail) return ignored('This is no mail that has a Message-ID.');
    const { pool } = deps.database;
    if (await isMailKnown(pool, mail.messageId)) return { did: 'repeated', why: 'It was taken before.' } as const;
    const receipt = mail.bounce
      ? await takeBounce(deps, inbound, mail.targets, mail.bounce)
      : await takeAnswer(deps, inbound, mail);
    // Each deed knows the mail by its name too: when we die before this line, the mail is handed over again and does nothing twice.
    await keepMailName(pool, mail.messageId, deps.now());
    return receipt;
  });
  queue = taken.catch(() => undefined);
  return taken;
}

const ignored = (why: string): MailReceipt => ({ did: 'ignored', why });

/** A mailbox that is gone, told by whoever holds an address that only its reader and the mail servers in between were given. */
async function takeBounce(
  { database, now }: Deps,
  inbound: InboundMail,
  targets: readonly ReplyTarget[],
  bounce: Bounce,
): Promise<MailReceipt> {
  if (!bounce.isPermanent) return ignored('The mail server still tries.');
  const person = await findPersonByEmail(database.pool, bounce.recipient.address);
  if (!person || !targets.some((target) => isReplyOf(inbound.replyKey, target, person.handle)))
    return ignored('It bounced from an address that we sent nothing to.');
  await markBounced(database.pool, person.email, bounce.reason, now());
  return { did: 'bounced', why: null };
}

async function takeAnswer(deps: Deps, inbound: InboundMail, mail: ReceivedMail): Promise<MailReceipt> {
  if (mail.isAutomatic) return ignored('It was written by a machine.');
  const person = mail.from && (await findPersonByEmail(deps.database.pool, mail.from.address));
  const target = person && mail.targets.find((each) => isReplyOf(inbound.replyKey, each, person.handle));
  if (!person || !target || parseAddress(person.email)?.address.toLowerCase() !== mail.from?.address.toLowerCase())
    return ignored('It does not come from the person whom we gave this address to.');
  if (mail.text === '') return ignored('It says nothing beside what it quotes.');
  const review = await findReview(deps.database.db, target.reviewId);
  if (!review) return ignored('There is no such review.');
  const caller: Caller = { person, channel: 'email' };
  const command = readCommand(mail.text);
  try {
    return await carryOut(deps, caller, review, mail, command);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const receipt = await keepAsComment(deps, caller, review, mail, error.message);
    await tellWriter(deps, caller, review, mail, receipt);
    return receipt;
  }
}

/** Throws Refused where the review does not take it. */
async function carryOut(
  deps: Deps,
  caller: Caller,
  review: ReviewRow,
  mail: ReceivedMail,
  { verb, text }: MailCommand,
): Promise<MailReceipt> {
  const reviewId = review.id;
  const isAsked = review.suspension?.questionId ?? null;
  switch (verb) {
    case 'approve':
    case 'reject':
      await refuseUnlessMayDecide(deps, caller, review, mail);
      // A reason is kept whole: it stands in the journal.
      if (text.length > LONGEST_COMMENT)
        throw new Refused('INVALID', `A reason has at most ${LONGEST_COMMENT} characters.`);
      await submitDecision(deps, caller, {
        reviewId,
        command: {
          outcome: verb === 'approve' ? 'APPROVED' : 'REJECTED',
          reason: text,
          revision: review.revision,
          evidenceDigest: review.evidenceDigest,
          form: { dispositions: [] },
        },
        idempotencyKey: `reply:${sha256(mail.messageId)}`,
      });
      return { did: 'decided', why: null };
    case 'ask':
      await requestInformation(deps, caller, { reviewId, question: cut(text) });
      return { did: 'asked', why: null };
    case 'comment':
      if (isAsked !== null) {
        const isAnswer = await tryAnswer(deps, caller, reviewId, isAsked, mail.text);
        if (isAnswer) return { did: 'answered', why: null };
      }
      await comment(deps, caller, reviewId, mail);
      return { did: 'commented', why: null };
  }
}

async function tryAnswer(deps: Deps, caller: Caller, reviewId: string, questionId: string, text: string) {
  try {
    await answerQuestion(deps, caller, { reviewId, questionId, answer: cut(text) });
    return true;
  } catch (error) {
    // The question was put to somebody else: what was written is a comment.
    if (error instanceof Refused && ['NOT_ELIGIBLE', 'FORBIDDEN', 'WRONG_STATE', 'SELF_REVIEW'].includes(error.code)) return false; // prettier-ignore
    throw error;
  }
}

const comment = (deps: Deps, caller: Caller, reviewId: string, mail: ReceivedMail) =>
  commentOnReview(deps, caller, {
    reviewId,
    text: cut(mail.text),
    idempotencyKey: `mail:${mail.messageId}`,
  });

async function keepAsComment(
  deps: Deps,
  caller: Caller,
  review: ReviewRow,
  mail: ReceivedMail,
  why: string,
): Promise<MailReceipt> {
  try {
    await comment(deps, caller, review.id, mail);
    return { did: 'commented', why };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return ignored(why);
  }
}

/** By mail decides who the policy lets, at the lowest tier, proved by our own mail server, on the evidence that the mail showed. */
async function refuseUnlessMayDecide(
  deps: Deps,
  { person }: Caller,
  review: ReviewRow,
  mail: ReceivedMail,
): Promise<void> {
  const { mayDecideByReply } = review.terms.rules.notify.email;
  if (!mayDecideByReply || review.riskTier !== 'low')
    throw new Refused('ASSURANCE_TOO_LOW', 'The policy takes no decision on this review by an answer to a mail.');
  if (!mail.isVouchedFor)
    throw new Refused('ASSURANCE_TOO_LOW', 'Your mail server did not prove that the answer comes from you.');
  const place = await findPlace(deps.database.pool, {
    reviewId: review.id,
    channel: 'email',
    recipient: person.handle,
  });
  if (place?.['evidence'] !== review.evidenceDigest)
    throw new Refused('EVIDENCE_CHANGED', 'The review is not about the evidence any more that your mail showed.');
}

async function tellWriter(
  { database, publicUrl, now }: Deps,
  { person }: Caller,
  review: ReviewRow,
  mail: ReceivedMail,
  { did, why }: MailReceipt,
): Promise<void> {
  await insertMailNotice(database.pool, {
    key: `mail-answer:${sha256(mail.messageId)}`,
    handle: person.handle,
    reviewId: review.id,
    title: did === 'commented' ? 'Your answer was kept as a comment' : 'Your answer was not taken',
    body: `It did not do what it asked for. ${why ?? ''}`.trim(),
    url: `${publicUrl}/reviews/${review.id}`,
    at: now(),
  });
}
