import type { ReviewView, VersionView } from '../../api/schemas/views.ts';
import { Notice, OnBehalf, Who } from './parts.tsx';
import { fieldOf } from '../form-fields.ts';
import { Time } from './time.tsx';
import { useNames, usePage } from '../context.ts';
import { decisionVerbs } from '../words/names.ts';
import { joinWords } from '../words/numbers.ts';
import { describeEnd } from '../words/progress.ts';
import { versionHref } from '../links.ts';
import { Candidates } from './candidates.tsx';
import type { ReviewPageData } from './review-data.ts';
import { NoLongerCounts } from './no-longer-counts.tsx';
import { NextReview } from './next-review.tsx';
import { WhyRefused } from './why-refused.tsx';

/** Why there is no form here, in plain words. */
export function NoDecision(data: ReviewPageData) {
  const { review, form } = data;
  return (
    <section class="card space-y-4 p-4" id="decision" aria-labelledby="decision-heading">
      <h2 class="sr-only" id="decision-heading">
        How this stands
      </h2>
      {form.problem && (
        <Notice look="warn" title={form.problem.title} alert>
          {form.problem.detail}
        </Notice>
      )}
      <Standing {...data} />
      <AnswerForm {...data} />
      {review.decisions.length > 0 && <Answers review={review} />}
      {form.reason !== '' && (
        <div class="space-y-1.5 border-t pt-3">
          <label class="label" for="kept-reason">
            What you had written
          </label>
          <textarea class="textarea" id="kept-reason" rows={3} readonly>
            {form.reason}
          </textarea>
        </div>
      )}
      <NextReview next={data.next} queue={data.queue} />
    </section>
  );
}

/** The question that the review waits for, to be answered by whoever it was put to. */
function AnswerForm({ review, transitions, thread, failed }: ReviewPageData) {
  const question = thread.comments.find(({ id }) => id === review.suspension?.questionId);
  if (!question || !transitions.allowed.includes('submitInfo')) return <></>;
  const kept = failed?.verb === 'submitInfo' ? fieldOf(failed.fields, 'answer') : '';
  return (
    <form
      method="post"
      action={`/reviews/${encodeURIComponent(review.id)}/answers`}
      class="no-print space-y-2 border-t pt-3"
      data-once
    >
      <input type="hidden" name="questionId" value={question.id} />
      <WhyRefused failed={failed} verb="submitInfo" />
      <label class="label" for="answer">
        Your answer
      </label>
      <textarea class="textarea" id="answer" name="answer" rows={3} maxlength={8000} required>
        {kept}
      </textarea>
      <button class="btn w-full" data-size="lg">
        Answer, and let the review go on
      </button>
    </form>
  );
}

function Answers({ review }: { review: ReviewView }) {
  return (
    <ul class="space-y-3 border-t pt-3">
      {review.decisions.map((decision) => (
        <li>
          <p>
            <Who handle={decision.by} /> {decisionVerbs[decision.outcome]}
            <OnBehalf handle={decision.onBehalfOf} />
          </p>
          <NoLongerCounts decision={decision} />
          {decision.reason !== '' && <p class="text-muted-foreground break-words">“{decision.reason}”</p>}
          <p class="text-muted-foreground text-xs">
            <Time at={decision.at} />
            {decision.signature && ` · signed by ${decision.signature.name}: ${decision.signature.meaning}`}
            {decision.isCarried && ' · stands on from an earlier round'}
          </p>
        </li>
      ))}
    </ul>
  );
}

function Standing({ review, transitions, version, thread }: ReviewPageData) {
  const nameOf = useNames();
  const { caller } = usePage();
  const newer = (
    <a class="link" href={versionHref(review.modelVersion)}>
      Version {review.modelVersion.version}
    </a>
  );
  const closed = review.closedAt && <Time at={review.closedAt} />;
  switch (review.state) {
    case 'COMPLETED':
      return (
        <Notice look="done" title={completedWords(review)}>
          {closed}. {review.closedReason}
        </Notice>
      );
    case 'EXPIRED':
      return (
        <Notice look="warn" title="The deadline passed">
          Closed {closed}. Nobody’s silence counts as approval, so this ended without one. What happens now stands on{' '}
          {newer}.
        </Notice>
      );
    case 'CANCELED':
      return (
        <Notice title="This question was withdrawn">
          {closed}. {review.closedReason} {newer} tells the rest.
        </Notice>
      );
    case 'OBSOLETE':
      return (
        <Notice title="New evidence took its place">
          {closed}. What you see is the evidence of round {review.round}, kept as it was. The new round is on {newer}.
        </Notice>
      );
    case 'FAILED':
      return (
        <Notice look="fail" title="This review could not be completed">
          The cause was technical, not anybody’s answer. An administrator has to look at it.
        </Notice>
      );
    case 'SUSPENDED':
      return <Waiting review={review} thread={thread} />;
    default:
  }
  if (
    review.assignee !== null &&
    review.assignee !== caller?.person.handle &&
    transitions.refusal?.code !== 'SELF_REVIEW'
  ) {
    return (
      <Notice title={`${nameOf(review.assignee)} has claimed this review`}>
        {review.delegatedBy === null
          ? 'They decide it, or give it back for others to decide.'
          : `${nameOf(review.delegatedBy)} let them decide. When they give it back, it is ${review.delegatedBy === caller?.person.handle ? 'yours' : nameOf(review.delegatedBy)} again.`}
      </Notice>
    );
  }
  if (transitions.refusal?.code === 'SELF_REVIEW') {
    return (
      <Notice
        title={
          bondOf(version, caller?.person.handle ?? '')
            ? 'You made this version, so others decide'
            : 'You are bound to this version, so others decide'
        }
      >
        {bondOf(version, caller?.person.handle ?? '') ? (
          <>You are its {bondOf(version, caller?.person.handle ?? '')}. </>
        ) : (
          <>{transitions.refusal.detail} </>
        )}
        Asked: <Candidates review={review} />
      </Notice>
    );
  }
  return (
    <Notice title="This review asks other people">
      You can read all of it. Asked: <Candidates review={review} />
    </Notice>
  );
}

/** Why it waits outside the hands of those who are asked. */
function Waiting({ review, thread }: Pick<ReviewPageData, 'review' | 'thread'>) {
  const nameOf = useNames();
  const { caller } = usePage();
  const { suspension } = review;
  if (!suspension) return <Notice title="Waiting for information" />;
  const question = thread.comments.find(({ id }) => id === suspension.questionId);
  if (question) {
    return (
      <Notice look="warn" title="Waiting for information">
        <Who handle={suspension.by} /> asked{' '}
        {joinWords(question.mentions.map((handle) => (handle === caller?.person.handle ? 'you' : nameOf(handle))))},{' '}
        <Time at={suspension.at} />:<span class="text-foreground block py-1 break-words">“{question.text}”</span>
        Nobody decides until it is answered.{' '}
        {suspension.isClockPaused ? 'The clock stands still meanwhile.' : 'The deadline stays where it is.'}
      </Notice>
    );
  }
  return (
    <Notice look="warn" title="This review rests">
      <Who handle={suspension.by} /> let it rest, <Time at={suspension.at} />: “{suspension.reason}”{' '}
      {suspension.until === null ? (
        'It goes on when somebody lets it.'
      ) : (
        <>
          It goes on by itself, <Time at={suspension.until} />.
        </>
      )}{' '}
      The deadline stays where it is.
    </Notice>
  );
}

function bondOf(version: VersionView, handle: string): string {
  const bonds = [
    version.author === handle && 'author',
    version.owner === handle && 'owner',
    version.contributors.includes(handle) && 'contributor',
  ];
  return joinWords(bonds.filter((bond) => bond !== false));
}

function completedWords(review: ReviewView): string {
  return review.outcome === 'CONFLICT' ? 'People disagreed; others settle it' : `${describeEnd(review)}`;
}
