import type { Child } from 'hono/jsx';
import type {
  JournalEntryView,
  PolicyView,
  ProcessView,
  ReviewSummary,
  ReviewView,
  VersionView,
} from '../../api/schemas/views.ts';
import { shortDigest } from '../../domain/digest.ts';
import type { EvidencePack } from '../../domain/evidence.ts';
import { isClosed } from '../../domain/review.ts';
import { ChartCards } from '../components/charts/chart-cards.tsx';
import { DecisionForm, type FormState } from '../components/decision-form.tsx';
import { Diary } from '../components/diary.tsx';
import { FindingList } from '../components/finding-list.tsx';
import { Icon } from '../components/icon.tsx';
import { MetricsTable } from '../components/metrics-table.tsx';
import {
  Badge,
  Card,
  Digest,
  DigestBadge,
  DueBadge,
  Facts,
  Fold,
  Notice,
  PageHead,
  Who,
} from '../components/parts.tsx';
import { SignOffList } from '../components/sign-off-list.tsx';
import { Time } from '../components/time.tsx';
import { useNames, usePage } from '../context.ts';
import type { TransitionsView } from '../services.ts';
import {
  decisionVerbs,
  describeDocument,
  describeRole,
  dispositionWords,
  processWords,
  tierWords,
} from '../words/names.ts';
import { describeNextSteps } from '../words/next-steps.ts';
import { countOf, formatBytes, joinWords } from '../words/numbers.ts';
import { describeEnd, describeProgress } from '../words/progress.ts';

export interface ReviewPageData {
  review: ReviewView;
  transitions: TransitionsView;
  history: readonly JournalEntryView[];
  version: VersionView;
  /** The processes of this round that have sign-offs, in order. */
  processes: readonly ProcessView[];
  pack: EvidencePack;
  policy: PolicyView | undefined;
  /** The review that a conflict is about, where this one settles it. */
  contested: ReviewView | undefined;
  next: ReviewSummary | undefined;
  /** Reviews marked to be read after this one. */
  queue: readonly string[];
  form: FormState;
  idempotencyKey: string;
}

export const versionHref = (version: { model: string; version: string }): string =>
  `/models/${encodeURIComponent(version.model)}/versions/${encodeURIComponent(version.version)}`;

export function ReviewPage(data: ReviewPageData) {
  const { review, version, pack, history, processes } = data;
  const isOpen = !isClosed(review.state);
  return (
    <div class="review-grid">
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
              {isOpen ? (
                <DueBadge dueAt={review.dueAt} />
              ) : (
                <Badge icon={review.outcome === 'APPROVED' ? 'check' : 'ban'}>{describeEnd(review)}</Badge>
              )}
              <DigestBadge digest={review.evidenceDigest} />
            </>
          }
        />
        {data.contested && <BothSides contested={data.contested} />}
        <FindingList pack={pack} />
        <a href="#decision" class="btn no-print sticky bottom-3 z-20 w-full shadow-lg lg:hidden" data-size="lg">
          {data.transitions.allowed.includes('decide') ? 'Go to your decision' : 'How this stands'}
          <Icon name="arrow-right" class="size-4 rotate-90" />
        </a>
      </div>

      <aside class="review-aside min-w-0" aria-label="Decision and sign-offs">
        <div class="space-y-4">
          <DecisionCard {...data} />
          <Card title="Sign-offs" id="sign-offs">
            <SignOffList processes={processes} current={review.id} />
          </Card>
          {history.length > 0 && (
            <Card title="History">
              <Diary entries={history} />
            </Card>
          )}
        </div>
      </aside>

      <div class="review-rest min-w-0 space-y-6">
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

function nameStep(review: ReviewView): string {
  const process = processWords[review.process.kind];
  return review.title.toLowerCase() === process.toLowerCase()
    ? process
    : `${process}, ${review.title.charAt(0).toLowerCase()}${review.title.slice(1)}`;
}

function DecisionCard(data: ReviewPageData) {
  const { review, transitions, version, form } = data;
  const nameOf = useNames();
  const { caller } = usePage();
  const mine = review.decisions.find((decision) => decision.by === caller?.person.handle);
  if (mine) return <Decided {...data} />;
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

function Decided(data: ReviewPageData) {
  const { review, pack } = data;
  const { caller } = usePage();
  const mine = review.decisions.find((decision) => decision.by === caller?.person.handle);
  if (!mine) return <></>;
  const findings = new Map(pack.findings.map((finding) => [finding.id, finding]));
  return (
    <section class="card space-y-4 p-4" id="decision" aria-labelledby="decision-heading" tabindex={-1}>
      {data.form.problem && (
        <Notice look="fail" title={data.form.problem.title} alert>
          {data.form.problem.detail}
        </Notice>
      )}
      <div class="flex gap-2.5">
        <Icon name="check-check" class="text-pass mt-0.5 size-4" />
        <div class="min-w-0 space-y-2">
          <h2 class="font-semibold" id="decision-heading">
            You {decisionVerbs[mine.outcome]}
          </h2>
          <p class="break-words">“{mine.reason}”</p>
          {mine.dispositions.map((answer) => (
            <p class="text-muted-foreground text-[0.8125rem] break-words">
              {findings.get(answer.finding)?.title ?? answer.finding}:{' '}
              {dispositionWords[answer.disposition].toLowerCase()}. “{answer.reason}”
            </p>
          ))}
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

export const reviewHref = (id: string, queue: readonly string[] = []): string =>
  `/reviews/${encodeURIComponent(id)}${queue.length > 0 ? `?${queue.map((next) => `queue=${encodeURIComponent(next)}`).join('&')}` : ''}`;

function NextReview({ next, queue }: { next: ReviewSummary | undefined; queue: readonly string[] }) {
  if (!next) {
    return (
      <p class="text-muted-foreground no-print border-t pt-3">
        Nothing else waits for you.{' '}
        <a class="link" href="/reviews">
          All reviews
        </a>
      </p>
    );
  }
  return (
    <a
      class="btn no-print h-auto w-full justify-start py-2 text-start whitespace-normal"
      data-variant="outline"
      href={reviewHref(
        next.id,
        queue.filter((id) => id !== next.id),
      )}
      data-key="j"
      aria-keyshortcuts="J"
    >
      <span class="min-w-0 flex-1">
        <span class="text-muted-foreground block text-xs font-normal">Next for you</span>
        <span class="block break-words">{next.question}</span>
        <span class="text-muted-foreground block text-xs font-normal break-all">
          {next.modelVersion.model} {next.modelVersion.version}
        </span>
      </span>
      <kbd class="kbd" aria-hidden="true" data-shortcut-hint hidden>
        J
      </kbd>
      <Icon name="arrow-right" />
    </a>
  );
}

/** Why there is no form here, in plain words. */
function NoDecision(data: ReviewPageData) {
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

function Candidates({ review }: { review: ReviewView }) {
  if (review.candidates.length === 0)
    return <>nobody who may decide; an administrator has to give somebody the role.</>;
  const shown = review.candidates.slice(0, 6);
  const rest = review.candidates.length - shown.length;
  return (
    <>
      {joinWords([
        ...shown.map(({ name, role }) => `${name} (${describeRole(role)})`),
        ...(rest > 0 ? [`${rest} more`] : []),
      ])}
      .
    </>
  );
}

/** A conflict is settled by reading both sides. */
function BothSides({ contested }: { contested: ReviewView }) {
  const sides: [string, ReviewView['decisions']][] = [
    ['For', contested.decisions.filter((decision) => decision.outcome === 'APPROVED')],
    ['Against', contested.decisions.filter((decision) => decision.outcome === 'REJECTED')],
  ];
  return (
    <Card
      title="Both sides"
      id="both-sides"
      aside={
        <a class="link" href={reviewHref(contested.id)}>
          The review they disagreed on
        </a>
      }
      flush
    >
      <div class="grid divide-y sm:grid-cols-2 sm:divide-x sm:divide-y-0">
        {sides.map(([side, decisions]) => (
          <div class="space-y-3 px-4 py-3.5">
            <h3 class="flex items-center gap-2 font-medium">
              <Icon
                name={side === 'For' ? 'check' : 'x'}
                class={`size-4 ${side === 'For' ? 'text-pass' : 'text-fail'}`}
              />
              {side}
            </h3>
            {decisions.map((decision) => (
              <blockquote class="space-y-1">
                <p class="leading-relaxed break-words">“{decision.reason}”</p>
                <footer class="text-muted-foreground text-xs">
                  <Who handle={decision.by} /> · <Time at={decision.at} />
                </footer>
              </blockquote>
            ))}
          </div>
        ))}
      </div>
    </Card>
  );
}

export function Documents({ pack, href }: { pack: EvidencePack; href: (digest: string) => string }) {
  return (
    <Card title="Documents" id="documents" flush>
      {pack.documents.length === 0 ? (
        <p class="text-muted-foreground px-4 py-4">No document came with this version.</p>
      ) : (
        <ul class="divide-y">
          {pack.documents.map((document) => (
            <li class="flex items-center gap-2.5 px-4 py-2.5">
              <Icon name="file-text" class="text-muted-foreground size-4" />
              <a class="link min-w-0 font-medium break-words" href={href(document.digest)}>
                {describeDocument(document.kind)}
              </a>
              <span class="text-muted-foreground ms-auto flex flex-wrap justify-end gap-x-3 text-xs">
                {document.bytes !== null && <span class="num">{formatBytes(document.bytes)}</span>}
                <Digest digest={document.digest} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function About({ review, version, pack }: { review: ReviewView; version: VersionView; pack: EvidencePack }) {
  const rows: [string, Child][] = [
    ...(version.description ? ([['What it is', version.description]] as [string, Child][]) : []),
    ['Asked by', <Who handle={review.requestedBy} />],
    ['Author', <Who handle={version.author} />],
    ['Contributors', version.contributors.length > 0 ? <Names handles={version.contributors} /> : 'nobody else'],
    ['Compared with', pack.champion ? `version ${pack.champion.version}` : 'nothing: no version was approved before'],
    ['Artifact', <Digest digest={version.artifactDigest} />],
    [
      'Policy',
      <>
        <a class="link" href={`/policies/${encodeURIComponent(version.policy.id)}/versions/${version.policy.version}`}>
          {version.policy.id}, version {version.policy.version}
        </a>{' '}
        <span class="text-muted-foreground">· criteria frozen before results were read,</span>{' '}
        <Digest digest={pack.criteriaDigest} />
      </>,
    ],
    ['Asked', <Candidates review={review} />],
    ...(review.excluded.length > 0 ? ([['May not decide', <Excluded review={review} />]] as [string, Child][]) : []),
  ];
  return (
    <Card title="About this version" id="about">
      <Facts rows={rows} />
    </Card>
  );
}

function Names({ handles }: { handles: readonly string[] }) {
  const nameOf = useNames();
  return <>{joinWords(handles.map(nameOf))}</>;
}

function Excluded({ review }: { review: ReviewView }) {
  const nameOf = useNames();
  return <>{joinWords(review.excluded.map(({ handle, why }) => `${nameOf(handle)} (${why})`))}</>;
}

/** What a screen reader and the title bar say first. */
export const titleOfReview = (review: ReviewView): string => `${review.question} ${review.modelVersion.model}`;
