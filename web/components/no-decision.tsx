import type { ReviewView, VersionView } from '../../api/schemas/views.ts';
import { Notice, Who } from './parts.tsx';
import { Time } from './time.tsx';
import { useNames, usePage } from '../context.ts';
import { decisionVerbs } from '../words/names.ts';
import { joinWords } from '../words/numbers.ts';
import { describeEnd } from '../words/progress.ts';
import { versionHref } from '../links.ts';
import { Candidates } from './candidates.tsx';
import type { ReviewPageData } from './review-data.ts';
import { NextReview } from './next-review.tsx';

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

function Answers({ review }: { review: ReviewView }) {
  return (
    <ul class="space-y-3 border-t pt-3">
      {review.decisions.map((decision) => (
        <li>
          <p>
            <Who handle={decision.by} /> {decisionVerbs[decision.outcome]}
          </p>
          <p class="text-muted-foreground break-words">“{decision.reason}”</p>
          <p class="text-muted-foreground text-xs">
            <Time at={decision.at} />
          </p>
        </li>
      ))}
    </ul>
  );
}

function Standing({ review, transitions, version }: ReviewPageData) {
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
    default:
  }
  if (
    review.assignee !== null &&
    review.assignee !== caller?.person.handle &&
    transitions.refusal?.code !== 'SELF_REVIEW'
  ) {
    return (
      <Notice title={`${nameOf(review.assignee)} has claimed this review`}>
        They decide it, or give it back for others to decide.
      </Notice>
    );
  }
  if (transitions.refusal?.code === 'SELF_REVIEW') {
    return (
      <Notice title="You made this version, so others decide">
        You are its {bondOf(version, caller?.person.handle ?? '')}. Asked: <Candidates review={review} />
      </Notice>
    );
  }
  return (
    <Notice title="This review asks other people">
      You can read all of it. Asked: <Candidates review={review} />
    </Notice>
  );
}

function bondOf(version: VersionView, handle: string): string {
  const bonds = [
    version.author === handle && 'author',
    version.owner === handle && 'owner',
    version.contributors.includes(handle) && 'contributor',
  ];
  return joinWords(bonds.filter((bond) => bond !== false)) || 'author, owner or contributor';
}

function completedWords(review: ReviewView): string {
  return review.outcome === 'CONFLICT' ? 'People disagreed; others settle it' : `${describeEnd(review)}`;
}
