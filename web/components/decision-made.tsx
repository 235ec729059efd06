import type { ReviewView } from '../../api/schemas/views.ts';
import { shortDigest } from '../../domain/digest.ts';
import { isClosed } from '../../domain/review.ts';
import { findingName } from '../../domain/finding-name.ts';
import { Icon } from './icon.tsx';
import { Notice, OnBehalf, Who } from './parts.tsx';
import { Time } from './time.tsx';
import { usePage } from '../context.ts';
import { decisionVerbs, dispositionWords } from '../words/names.ts';
import { describeEnd, describeProgress } from '../words/progress.ts';
import type { ReviewPageData } from './review-data.ts';
import { NoLongerCounts } from './no-longer-counts.tsx';
import { NextReview } from './next-review.tsx';

/** What the reader decided, with reason and time, and what comes next. */
export function DecisionMade(data: ReviewPageData) {
  const { review, pack } = data;
  const { caller } = usePage();
  const mine = voiceOf(review, caller?.person.handle);
  if (!mine) return <></>;
  const nameAnswered = (id: string) => {
    const finding = pack.findings.find((candidate) => candidate.id === id);
    return finding ? findingName(finding) : id;
  };
  return (
    <section class="card space-y-4 p-4" id="decision" aria-labelledby="decision-heading" tabindex={-1}>
      {data.form.problem && (
        <Notice look="fail" title={data.form.problem.title} alert>
          {data.form.problem.detail}
        </Notice>
      )}
      <div class="flex gap-2.5">
        {mine.voided === null ? (
          <Icon name="check-check" class="text-pass mt-0.5 size-4" />
        ) : (
          <Icon name="ban" class="text-warn mt-0.5 size-4" />
        )}
        <div class="min-w-0 space-y-2">
          <h2 class="font-semibold" id="decision-heading">
            {mine.by === caller?.person.handle ? 'You' : <Who handle={mine.by} />} {decisionVerbs[mine.outcome]}
            {mine.by === caller?.person.handle ? <OnBehalf handle={mine.onBehalfOf} /> : ' in your name'}
          </h2>
          <NoLongerCounts decision={mine} />
          {mine.reason !== '' && <p class="break-words">“{mine.reason}”</p>}
          {mine.dispositions.map((answer) => (
            <p class="text-muted-foreground text-[0.8125rem] break-words">
              {nameAnswered(answer.finding)}: {dispositionWords[answer.disposition].toLowerCase()}. “{answer.reason}”
            </p>
          ))}
          {data.review.form
            .filter(({ name }) => mine.fields[name] !== undefined)
            .map(({ name, label }) => (
              <p class="text-muted-foreground text-[0.8125rem] break-words">
                {label}: {answerWords(mine.fields[name])}
              </p>
            ))}
          {mine.signature && (
            <p class="text-[0.8125rem]">
              Signed: <span class="font-medium">{mine.signature.name}</span>, <Time at={mine.signature.at} />,{' '}
              {mine.signature.meaning}
            </p>
          )}
          <p class="text-muted-foreground text-xs">
            <Time at={mine.at} /> · evidence {shortDigest(mine.evidenceDigest)} · by {channelWords[mine.channel]}
          </p>
        </div>
      </div>
      <Whereabouts review={review} />
      <NextReview next={data.next} queue={data.queue} />
    </section>
  );
}

/** The decision that speaks for this person: their own, or that of whoever stood in for them. */
export const voiceOf = (review: ReviewView, handle: string | undefined): ReviewView['decisions'][number] | undefined =>
  review.decisions.find((decision) => decision.by === handle) ??
  review.decisions.find((decision) => decision.onBehalfOf !== null && decision.onBehalfOf === handle);

export const answerWords = (answer: string | number | boolean | undefined): string =>
  typeof answer === 'boolean' ? (answer ? 'yes' : 'no') : String(answer ?? '');

const channelWords = { web: 'this page', slack: 'Slack', email: 'e-mail', api: 'API' } as const;

/** Where the review stands for somebody who has nothing left to do on it. */
function Whereabouts({ review }: { review: ReviewView }) {
  if (!isClosed(review.state)) {
    return <p class="text-muted-foreground border-t pt-3">Still open: {describeProgress(review)}.</p>;
  }
  return (
    <p class="text-muted-foreground border-t pt-3">
      Closed: {describeEnd(review).toLowerCase()}
      {review.closedAt && (
        <>
          , <Time at={review.closedAt} />
        </>
      )}
      .
    </p>
  );
}
