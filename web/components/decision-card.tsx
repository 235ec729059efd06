import type { ReviewView } from '../../api/schemas/views.ts';
import { DecisionForm } from './decision-form.tsx';
import { Fold, Who } from './parts.tsx';
import { useNames, usePage } from '../context.ts';
import type { TransitionsView } from '../services.ts';
import { decisionVerbs } from '../words/names.ts';
import { describeNextSteps } from '../words/next-steps.ts';
import { countOf } from '../words/numbers.ts';
import { describeProgress } from '../words/progress.ts';
import type { ReviewPageData } from './review-data.ts';
import { DecisionMade } from './decision-made.tsx';
import { NoDecision } from './no-decision.tsx';

/** The form, what came of it, or why there is none. */
export function DecisionCard(data: ReviewPageData) {
  const { review, transitions, version, form } = data;
  const nameOf = useNames();
  const { caller } = usePage();
  const mine = review.decisions.find((decision) => decision.by === caller?.person.handle);
  if (mine) return <DecisionMade {...data} />;
  if (!transitions.allowed.includes('decide')) return <NoDecision {...data} />;
  const signOffs = data.processes.find((process) => process.id === review.process.id)?.signOffs ?? [];
  const nextSteps = describeNextSteps({
    review,
    signOffs,
    rules: data.policy?.rules,
    ownerName: nameOf(version.owner),
  });
  return (
    <section class="card no-print" id="decision" aria-labelledby="decision-heading">
      <header class="flex flex-wrap items-baseline justify-between gap-x-3 px-4 pt-3.5 pb-3">
        <h2 class="font-semibold" id="decision-heading">
          Your decision
        </h2>
        <p class="text-muted-foreground text-[0.8125rem] tabular-nums">{describeProgress(review)}</p>
      </header>
      <OthersSoFar review={review} />
      <DecisionForm
        review={review}
        reasonRule={data.policy?.rules.reason}
        nextSteps={nextSteps}
        form={form}
        idempotencyKey={data.idempotencyKey}
        queue={data.queue}
      />
      <ClaimLine review={review} transitions={transitions} />
    </section>
  );
}

const shownAnswers = 3;

/** Others' answers are known before one's own is given: a quorum is no exam. The latest stand open. */
function OthersSoFar({ review }: { review: ReviewView }) {
  const latest = review.decisions.toReversed();
  const more = latest.slice(shownAnswers);
  if (latest.length === 0) return <></>;
  return (
    <div class="mx-4 mb-4 space-y-2 border-s-2 ps-3">
      <ShortAnswers decisions={latest.slice(0, shownAnswers)} />
      {more.length > 0 && (
        <Fold label={`${countOf(more.length, 'earlier answer')}`}>
          <div class="pt-2">
            <ShortAnswers decisions={more} />
          </div>
        </Fold>
      )}
    </div>
  );
}

function ShortAnswers({ decisions }: { decisions: ReviewView['decisions'] }) {
  return (
    <ul class="space-y-2 text-[0.8125rem]">
      {decisions.map((decision) => (
        <li>
          <p>
            <Who handle={decision.by} /> {decisionVerbs[decision.outcome]}
          </p>
          <p class="text-muted-foreground line-clamp-3 break-words" title={decision.reason}>
            “{decision.reason}”
          </p>
        </li>
      ))}
    </ul>
  );
}

function ClaimLine({ review, transitions }: { review: ReviewView; transitions: TransitionsView }) {
  const { caller } = usePage();
  const isMine = review.assignee !== null && review.assignee === caller?.person.handle;
  const verb =
    isMine && transitions.allowed.includes('release')
      ? 'release'
      : !isMine && transitions.allowed.includes('claim')
        ? 'claim'
        : undefined;
  if (!verb) return <></>;
  return (
    <form
      method="post"
      action={`/reviews/${encodeURIComponent(review.id)}/${verb}`}
      class="text-muted-foreground no-print flex items-center justify-between gap-3 border-t px-4 py-2 text-[0.8125rem]"
    >
      <span>{isMine ? 'You have claimed this.' : 'Nobody is on it yet.'}</span>
      <button class="btn" data-variant="ghost" data-size="sm">
        {isMine ? 'Give it back' : 'Claim it'}
      </button>
    </form>
  );
}
