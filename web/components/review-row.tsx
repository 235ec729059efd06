import type { ReviewSummary } from '../../api/schemas/views.ts';
import { isClosed } from '../../domain/review.ts';
import { useNames, usePage } from '../context.ts';
import { reviewHref } from '../links.ts';
import { reviewKindWords, reviewStateWords, tierWords } from '../words/names.ts';
import { describeProgress } from '../words/progress.ts';
import { describeDue, formatAgo } from '../words/times.ts';
import { Icon } from './icon.tsx';
import { urgencyClass } from './parts.tsx';
import { Time } from './time.tsx';

export interface ReviewRowProps {
  review: ReviewSummary;
  markable: boolean;
  marked: boolean;
}

/** A review in the inbox: its question, how far it is, when it is due and who asked. */
export function ReviewRow({ review, markable, marked }: ReviewRowProps) {
  const nameOf = useNames();
  const { caller, now } = usePage();
  const isOpen = !isClosed(review.state);
  const claimed =
    review.assignee === null || !isOpen
      ? undefined
      : review.assignee === caller?.person.handle
        ? 'claimed by you'
        : `claimed by ${nameOf(review.assignee)}`;
  const kind = reviewKindWords[review.kind];
  return (
    <li
      class="hover:bg-muted/50 relative flex gap-3 px-4 py-3"
      data-row={review.id}
      data-row-revision={review.revision}
    >
      {markable && (
        <span class="relative z-10 -m-2 flex items-start p-2 pt-2.5">
          <input
            type="checkbox"
            name="marked"
            value={review.id}
            checked={marked}
            class="accent-foreground size-4"
            aria-label={`Mark: ${review.question} ${review.modelVersion.model}`}
            data-mark
          />
          <input type="hidden" name={`seen.${review.id}`} value={`${review.revision} ${review.evidenceDigest}`} />
        </span>
      )}
      <div class="grid min-w-0 flex-1 gap-x-6 gap-y-1 md:grid-cols-[minmax(0,1fr)_16rem_15rem]">
        <div class="min-w-0">
          <h2 class="truncate font-medium text-wrap md:text-nowrap">
            <a href={reviewHref(review.id)} class="after:absolute after:inset-0">
              {review.question}
            </a>
          </h2>
          <p class="text-muted-foreground flex flex-wrap gap-x-1.5 text-[0.8125rem]">
            <span class="text-foreground max-w-full truncate">{review.modelVersion.model}</span>
            <span>version {review.modelVersion.version}</span>
            <span aria-hidden="true">·</span>
            <span>{tierWords[review.riskTier].toLowerCase()}</span>
            {review.round > 1 && (
              <>
                <span aria-hidden="true">·</span>
                <span>round {review.round}</span>
              </>
            )}
            {kind !== undefined && (
              <>
                <span aria-hidden="true">·</span>
                <span>{kind.toLowerCase()}</span>
              </>
            )}
          </p>
        </div>
        <div class="text-[0.8125rem] md:text-end">
          <p class="tabular-nums">{describeProgress(review)}</p>
          <p class="text-muted-foreground">
            {review.title}
            {review.state === 'SUSPENDED' ? `, ${reviewStateWords.SUSPENDED.toLowerCase()}` : claimed && `, ${claimed}`}
          </p>
        </div>
        <div class="text-[0.8125rem] md:text-end">
          {isOpen ? (
            <Due dueAt={review.dueAt} />
          ) : (
            <p class="text-muted-foreground">{review.closedAt && formatAgo(review.closedAt, now)}</p>
          )}
          <p class="text-muted-foreground truncate">asked by {nameOf(review.requestedBy)}</p>
        </div>
      </div>
    </li>
  );
}

function Due({ dueAt }: { dueAt: string }) {
  const { urgency, words } = describeDue(dueAt, usePage().now);
  return (
    <p class={urgencyClass[urgency]}>
      {urgency !== 'calm' && (
        <Icon name={urgency === 'overdue' ? 'circle-alert' : 'hourglass'} class="me-1 size-3.5 -translate-y-px" />
      )}
      <span class="font-medium">{words}</span>
      <span class={urgency === 'calm' ? 'text-muted-foreground' : ''}>
        {' '}
        · <Time at={dueAt} as="day" />
      </span>
    </p>
  );
}
