import type { ReviewView } from '../../api/schemas/views.ts';
import { DecisionForm } from './decision-form.tsx';
import { Fold, Notice, OnBehalf, Who } from './parts.tsx';
import { Time } from './time.tsx';
import { useNames, usePage } from '../context.ts';
import type { PersonName, TransitionsView } from '../services.ts';
import { decisionVerbs } from '../words/names.ts';
import { describeNextSteps } from '../words/next-steps.ts';
import { countOf } from '../words/numbers.ts';
import { describeProgress } from '../words/progress.ts';
import type { ReviewPageData } from './review-data.ts';
import { DecisionMade, voiceOf } from './decision-made.tsx';
import { NoLongerCounts } from './no-longer-counts.tsx';
import { NoDecision } from './no-decision.tsx';

/** The form, what came of it, or why there is none. */
export function DecisionCard(data: ReviewPageData) {
  const { review, transitions, version, form } = data;
  const nameOf = useNames();
  const { caller } = usePage();
  if (voiceOf(review, caller?.person.handle)) return <DecisionMade {...data} />;
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
      <StandsInFor review={review} />
      <OthersSoFar review={review} />
      <StandingDeferral {...data} />
      <DecisionForm
        review={review}
        reasonRule={data.policy?.rules.reason}
        nextSteps={nextSteps}
        form={form}
        idempotencyKey={data.idempotencyKey}
        queue={data.queue}
        promises={{ people: promisers(data), checks: data.policy?.rules.checks ?? [] }}
        signer={caller?.person.name ?? ''}
      />
      <div data-live="claim">
        <ClaimLine review={review} transitions={transitions} />
      </div>
    </section>
  );
}

/** Said before the form: whose voice the reader's answer is. */
function StandsInFor({ review }: { review: ReviewView }) {
  const nameOf = useNames();
  const { caller } = usePage();
  const voice = review.candidates.find(({ handle }) => handle === caller?.person.handle)?.onBehalfOf;
  if (!voice) return <></>;
  return (
    <p class="text-muted-foreground mx-4 mb-3 text-[0.8125rem]">
      You stand in for <span class="text-foreground font-medium">{nameOf(voice)}</span>: the two of you are one voice.
    </p>
  );
}

/** Whoever is near enough to the version to promise something for it. */
function promisers({ version, review }: ReviewPageData): PersonName[] {
  const { people, caller } = usePage();
  const handles = [version.owner, version.author, ...version.contributors, caller?.person.handle ?? '', ...review.candidates.map(({ handle }) => handle)]; // prettier-ignore
  return [...new Set(handles)].flatMap((handle) => people.get(handle) ?? []);
}

/** An approval of the reader's that waits for its instant. */
function StandingDeferral({ thread, policy }: ReviewPageData) {
  const { caller } = usePage();
  const mine = thread.deferrals.findLast(({ by }) => by === caller?.person.handle);
  if (!mine || mine.state === 'COUNTED') return <></>;
  const check = policy?.rules.checks.find(({ id }) => id === mine.check)?.title ?? mine.check;
  return (
    <div class="mx-4 mb-4 rounded-md border px-3 py-2.5">
      {mine.state === 'PENDING' ? (
        <Notice title="Your approval waits">
          It counts on <Time at={mine.countsAt} /> if “{check}” still holds then. Until then nothing is decided; you can
          still answer now.
        </Notice>
      ) : (
        <Notice look="warn" title="Your approval did not come to count">
          {mine.reason} You are asked again.
        </Notice>
      )}
    </div>
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
            <OnBehalf handle={decision.onBehalfOf} />
          </p>
          <NoLongerCounts decision={decision} />
          <p class="text-muted-foreground line-clamp-3 break-words" title={decision.reason}>
            “{decision.reason}”
          </p>
        </li>
      ))}
    </ul>
  );
}

export function ClaimLine({ review, transitions }: { review: ReviewView; transitions: TransitionsView }) {
  const nameOf = useNames();
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
      <span>
        {!isMine
          ? 'Nobody is on it yet.'
          : review.delegatedBy === null
            ? 'You have claimed this.'
            : `${nameOf(review.delegatedBy)} gave this to you.`}
      </span>
      <button class="btn" data-variant="ghost" data-size="sm">
        {isMine ? 'Give it back' : 'Claim it'}
      </button>
    </form>
  );
}
