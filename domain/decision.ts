// Whether a person's decision counts on a review: one function, asked before and inside the deciding transaction.
import { isDecider, type Person } from './actor.ts';
import { isAssuredBy, leastAssurance, type AssuranceLevel, type AssuranceRule } from './assurance.ts';
import { needsDisposition, type Finding } from './evidence.ts';
import { Refused } from './errors.ts';
import { findingName } from './finding-name.ts';
import type { ReasonRule } from './policy.ts';
import { reasonAsks, reasonProblem } from './reason.ts';
import { isClosed, stateAfter, type DecideCommand, type ReviewOutcome, type ReviewState } from './review.ts';
import { formProblems } from './decision-form.ts';
import type { FormField } from './review-policy.ts';
import { selfReview } from './review-roles.ts';
import { dependenceOf, type Accountable } from './separation-of-duties.ts';

export interface ReviewFacts extends Accountable {
  state: ReviewState;
  outcome: ReviewOutcome | null;
  revision: number;
  /** The revision at which the question itself last changed; a decision quotes one at least as new. */
  materialRevision: number;
  evidenceDigest: string;
  candidates: readonly string[];
  assignee: string | null;
  /** People who decided on this review, whether or not that still counts, and those in whose name a decision counts. */
  decidedBy: readonly string[];
  /** Whom the person stands in for; the two are one voice. */
  onBehalfOf?: string | null;
  /** False when the policy asks for a qualification that the person does not hold now. */
  isQualified?: boolean;
  reasonRule: ReasonRule;
  assuranceRule: AssuranceRule;
  /** Findings of the pack that the policy lets pass to a person. */
  findingsToAnswer: readonly Finding[];
  /** Questions of the policy. */
  form?: readonly FormField[];
}

/** Why this decision cannot count; undefined when it can. Most telling reason first. */
export function refusalOf(
  review: ReviewFacts,
  person: Person,
  command: DecideCommand,
  lastReasons: readonly string[],
  assurance: AssuranceLevel,
): Refused | undefined {
  if (dependenceOf(person, review) !== undefined) return selfReview(person, review);
  if (!isDecider(person) || !review.candidates.includes(person.handle))
    return new Refused('NOT_ELIGIBLE', 'This review asks other people. Its candidates are named on it.');
  if (review.isQualified === false)
    return new Refused('NOT_ELIGIBLE', 'The policy asks for a qualification that you do not hold, or no longer.');
  if (review.decidedBy.includes(person.handle))
    return new Refused('ALREADY_DECIDED', 'Your decision on this review stands.');
  if (review.onBehalfOf && review.decidedBy.includes(review.onBehalfOf))
    return new Refused('ALREADY_DECIDED', `The decision of ${review.onBehalfOf}, for whom you stand in, stands.`);
  if (isClosed(review.state)) return closedRefusal(review);
  if (stateAfter(review.state, 'decide') === undefined)
    return new Refused('WRONG_STATE', `The review is ${review.state} and takes no decision now.`);
  if (review.assignee !== null && review.assignee !== person.handle)
    return new Refused('ALREADY_CLAIMED', `${review.assignee} has claimed this review.`, {
      extra: { assignee: review.assignee },
    });
  if (
    command.evidenceDigest !== review.evidenceDigest ||
    command.revision < review.materialRevision ||
    command.revision > review.revision
  )
    return new Refused(
      'EVIDENCE_CHANGED',
      'What you quote is not what the review is about now. Read it again and decide on what you see.',
      {
        extra: { revision: review.revision, evidenceDigest: review.evidenceDigest },
      },
    );
  const least = leastAssurance(review.assuranceRule, command.outcome);
  if (!isAssuredBy(assurance, least)) return assuranceRefusal(least, assurance);
  const problem = reasonProblem(review.reasonRule, command.outcome, command.reason, lastReasons);
  if (problem === 'REASON_REQUIRED')
    return new Refused('REASON_REQUIRED', 'Say why: the reason is what an auditor reads years later.', {
      errors: [{ pointer: '/reason', message: 'is required' }],
    });
  if (problem === 'REASON_BOILERPLATE')
    return new Refused(
      'REASON_BOILERPLATE',
      `Say ${reasonAsks[command.outcome]}; this reason is too short or the same as one of your last.`,
      {
        errors: [
          {
            pointer: '/reason',
            message: `needs at least ${review.reasonRule.minimumLength} letters or digits and must differ from your last ${review.reasonRule.unlikeLast} reasons`,
          },
        ],
      },
    );
  return dispositionRefusal(review.findingsToAnswer, command) ?? formRefusal(review.form ?? [], command);
}

function formRefusal(
  form: readonly FormField[],
  { outcome, form: { fields = {} } }: DecideCommand,
): Refused | undefined {
  const errors = formProblems(form, outcome, fields);
  return errors.length === 0
    ? undefined
    : new Refused('INVALID', 'The questions of the policy are not answered as it asks.', { errors });
}

const levelWords: Record<AssuranceLevel, string> = {
  email: 'by e-mail',
  slack: 'in Slack',
  web: 'on a signed-in page',
  webStepUp: 'on a signed-in page, after proving again who you are',
};

const assuranceRefusal = (least: AssuranceLevel, given: AssuranceLevel): Refused =>
  new Refused(
    'ASSURANCE_TOO_LOW',
    `The policy wants this decision ${levelWords[least]}. Open the review's page and decide there.`,
    {
      extra: { least, given },
    },
  );

/** The refusal that a decision on a closed review gets. */
export function closedRefusal(review: Pick<ReviewFacts, 'state' | 'outcome'>): Refused {
  if (review.state === 'COMPLETED')
    return new Refused('ALREADY_DECIDED', `The review was decided before: ${review.outcome}.`);
  if (review.state === 'OBSOLETE')
    return new Refused(
      'EVIDENCE_CHANGED',
      'New evidence took the place of what this review was about. Decide on the new round.',
    );
  return new Refused('WRONG_STATE', `The review is ${review.state} and takes no decision.`);
}

function dispositionRefusal(findings: readonly Finding[], command: DecideCommand): Refused | undefined {
  const given = command.form.dispositions;
  const known = new Map(findings.map((finding) => [finding.id, finding]));
  const errors = given.flatMap((answer, index) => {
    if (!known.has(answer.finding))
      return [
        {
          pointer: `/form/dispositions/${index}/finding`,
          message: `${answer.finding} is no finding that asks for a disposition`,
        },
      ];
    return [];
  });
  if (errors.length > 0) return new Refused('INVALID', 'A disposition names a finding that needs none.', { errors });
  if (command.outcome !== 'APPROVED') return undefined;
  const open = findings.filter(
    (finding) =>
      needsDisposition(finding) &&
      !given.some((answer) => answer.finding === finding.id && answer.reason.trim() !== ''),
  );
  if (open.length === 0) return undefined;
  return new Refused(
    'DISPOSITION_REQUIRED',
    `Before you approve, answer for ${open.length === 1 ? 'this finding' : `each of these ${open.length} findings`} and say why.`,
    {
      errors: open.map((finding) => ({ pointer: finding.id, message: findingName(finding) })),
    },
  );
}
