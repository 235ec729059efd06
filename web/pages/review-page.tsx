import type { ReviewView } from '../../api/schemas/views.ts';
import { isClosed, type ReviewVerb } from '../../domain/review.ts';
import { ChartCards } from '../components/charts/chart-cards.tsx';
import { Diary } from '../components/diary.tsx';
import { FindingList } from '../components/finding-list.tsx';
import { Icon } from '../components/icon.tsx';
import { MetricsTable } from '../components/metrics-table.tsx';
import { Badge, Card, DigestBadge, DueBadge, PageHead } from '../components/parts.tsx';
import { SignOffList } from '../components/sign-off-list.tsx';
import { processWords, reviewKindWords, reviewStateWords, tierWords } from '../words/names.ts';
import { describeEnd } from '../words/progress.ts';
import { reviewHref, versionHref } from '../links.ts';
import type { ReviewPageData } from '../components/review-data.ts';
import { About } from '../components/about-version.tsx';
import { BothSides } from '../components/both-sides.tsx';
import { Documents } from '../components/documents-card.tsx';
import { ConditionsCard } from '../components/conditions-card.tsx';
import { Conversation, Turns } from '../components/conversation.tsx';
import { ClaimLine, DecisionCard } from '../components/decision-card.tsx';
import { ReviewActs } from '../components/review-acts.tsx';
import { WhoDecides } from '../components/who-decides.tsx';

export function ReviewPage(data: ReviewPageData) {
  const { review, version, pack } = data;
  const isOpen = !isClosed(review.state);
  return (
    <div class="review-grid" data-review={review.id} data-revision={review.revision}>
      <div class="review-top flex min-w-0 flex-col gap-6">
        <PageHead
          trail={[
            { label: review.modelVersion.model, href: `/models/${encodeURIComponent(review.modelVersion.model)}` },
            { label: `version ${review.modelVersion.version}`, href: versionHref(review.modelVersion) },
            { label: nameStep(review) },
          ]}
          title={review.question}
          lead={review.summary}
          badges={
            <>
              <Badge>{tierWords[review.riskTier]}</Badge>
              <Badge>Round {review.round}</Badge>
              {reviewKindWords[review.kind] && <Badge icon="scale">{reviewKindWords[review.kind]}</Badge>}
              {review.state === 'SUSPENDED' && <Badge icon="pause">{reviewStateWords.SUSPENDED}</Badge>}
              {isOpen ? (
                <DueBadge dueAt={review.dueAt} />
              ) : (
                <Badge icon={review.outcome === 'APPROVED' ? 'check' : 'ban'}>{describeEnd(review)}</Badge>
              )}
              <DigestBadge digest={review.evidenceDigest} />
              {pack.champion && (
                <a class="badge bg-card hover:bg-muted" href={`${reviewHref(review.id)}/compare`}>
                  <Icon name="columns-2" />
                  <span class="max-w-48 truncate">Compare with version {pack.champion.version}</span>
                </a>
              )}
            </>
          }
        />
        <div class="border-warn hidden rounded-md border px-3 py-2.5" role="status" data-changed-mark></div>
        {data.contested && <BothSides contested={data.contested} />}
        <FindingList pack={pack} />
        <a href="#decision" class="btn no-print sticky bottom-3 z-20 w-full shadow-lg lg:hidden" data-size="lg">
          {goTo(data.transitions.allowed)}
          <Icon name="arrow-right" class="size-4 rotate-90" />
        </a>
      </div>

      <aside class="review-aside min-w-0" aria-label="Decision and sign-offs">
        <div class="space-y-4">
          <DecisionCard {...data} />
          <div class="empty:hidden" data-live="acts">
            <ReviewActs {...data} />
          </div>
          <div class="space-y-4" data-live="beside">
            <Beside {...data} />
          </div>
        </div>
      </aside>

      <div class="review-rest min-w-0 space-y-6">
        <Conversation {...data} />
        <section aria-label="Charts">
          <ChartCards charts={pack.charts} />
        </section>
        <MetricsTable metrics={pack.metrics} />
        <Documents
          pack={pack}
          href={(digest) => `/reviews/${encodeURIComponent(review.id)}/documents/${encodeURIComponent(digest)}`}
        />
        <About review={review} version={version} pack={pack} />
      </div>
    </div>
  );
}

type LiveData = Pick<
  ReviewPageData,
  'review' | 'thread' | 'history' | 'processes' | 'transitions' | 'version' | 'failed'
>;

/** What stands beside the decision and moves while it is being made. */
function Beside(data: LiveData) {
  const { review, history, processes } = data;
  // What people wrote stands whole in the conversation.
  const steps = history.filter(({ type }) => !said.has(type));
  return (
    <>
      <ConditionsCard {...data} />
      <Card title="Sign-offs" id="sign-offs">
        <SignOffList processes={processes} current={review.id} />
      </Card>
      {!isClosed(review.state) && (
        <Card title="Who can decide this" id="who">
          <WhoDecides {...data} />
        </Card>
      )}
      {steps.length > 0 && (
        <Card title="History">
          <Diary entries={steps} />
        </Card>
      )}
    </>
  );
}

/** The moving parts alone, for pages that are open: nothing of the evidence is read for them. */
export function ReviewLive(data: LiveData) {
  const { review, transitions } = data;
  return (
    <div
      data-review={review.id}
      data-revision={review.revision}
      {...(transitions.allowed.includes('decide') ? { 'data-decidable': '' } : {})}
    >
      <div data-live="conversation">
        <Turns {...data} />
      </div>
      <div data-live="claim">
        <ClaimLine review={review} transitions={transitions} />
      </div>
      <div data-live="acts">
        <ReviewActs {...data} />
      </div>
      <div data-live="beside">
        <Beside {...data} />
      </div>
    </div>
  );
}

const said: ReadonlySet<string> = new Set([
  'review.commented',
  'review.attached',
  'review.info_requested',
  'review.info_submitted',
]);

function nameStep(review: ReviewView): string {
  const process = processWords[review.process.kind];
  if (review.title.toLowerCase().includes(process.toLowerCase())) return review.title;
  return `${process}, ${review.title.charAt(0).toLowerCase()}${review.title.slice(1)}`;
}

/** What a screen reader and the title bar say first. */
export const titleOfReview = (review: ReviewView): string => `${review.question} ${review.modelVersion.model}`;

/** What the reader of a narrow page is sent down to. */
function goTo(allowed: readonly ReviewVerb[]): string {
  if (allowed.includes('decide')) return 'Go to your decision';
  return allowed.includes('submitInfo') ? 'Answer the question' : 'How this stands';
}
