import { Hono } from 'hono';
import type { Child } from 'hono/jsx';
import type { JournalEntryView, ProcessView, ReviewView, VersionView } from '../../api/schemas/views.ts';
import type { Caller } from '../../api/services/caller.ts';
import { Refused } from '../../domain/errors.ts';
import type { EvidencePack } from '../../domain/evidence.ts';
import { isClosed } from '../../domain/review.ts';
import { ChartCards } from '../components/charts/chart-cards.tsx';
import { ConditionLine } from '../components/conditions-card.tsx';
import { Diary } from '../components/diary.tsx';
import { FindingList } from '../components/finding-list.tsx';
import { Icon } from '../components/icon.tsx';
import { MetricsTable } from '../components/metrics-table.tsx';
import { Badge, Card, Digest, DigestBadge, Facts, PageHead, urgencyClass, Who } from '../components/parts.tsx';
import { SignOffList } from '../components/sign-off-list.tsx';
import { StageLine } from '../components/stage-line.tsx';
import { Time } from '../components/time.tsx';
import { useNames, usePage, type Web, type WebEnv } from '../context.ts';
import { callerOf, hrefWith, requireCaller } from '../routes.ts';
import { sendPage } from '../send-page.tsx';
import type { WebServices } from '../services.ts';
import { handlesIn } from '../words/journal-sentence.ts';
import { describeFile, processOutcomeWords, processWords, stageWords, tierWords } from '../words/names.ts';
import { formatBytes, joinWords } from '../words/numbers.ts';
import { describeProgress } from '../words/progress.ts';
import { describeStages } from '../words/stage-line.ts';
import { describeDue } from '../words/times.ts';
import { DocumentPage } from './document-page.tsx';
import { Documents } from '../components/documents-card.tsx';
import { policyHref, reviewHref, versionHref } from '../links.ts';

const timelineLength = 100;

/** A version's page: its story. */
export function versionRoutes(web: Web): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();

  routes.get('/models/:model/versions/:version', requireCaller, async (context) => {
    const data = await loadVersion(
      web.services,
      callerOf(context),
      context.req.param('model'),
      context.req.param('version'),
    );
    const { version } = data;
    return sendPage(context, web, {
      title: `${version.model} ${version.version}`,
      handles: [
        version.owner,
        version.author,
        version.submittedBy,
        ...version.contributors,
        ...version.conditions.flatMap(({ owner, closedBy }) => [owner, closedBy ?? owner]),
        ...overridesOf(data.processes).map(({ by }) => by),
        ...data.timeline.flatMap(handlesIn),
      ],
      content: <VersionPage {...data} />,
    });
  });

  routes.get('/models/:model/versions/:version/documents/:digest', requireCaller, async (context) => {
    const caller = callerOf(context);
    const version = await web.services.getVersion(caller, context.req.param('model'), context.req.param('version'));
    if (version.evidenceDigest === null) throw new Refused('NOT_FOUND', 'This version has no evidence yet.');
    const digest = context.req.param('digest');
    const document = await web.services.getDocument(caller, { evidenceDigest: version.evidenceDigest, digest });
    const back = { label: `version ${version.version}`, href: versionHref(version) };
    return sendPage(context, web, {
      title: document.kind,
      content: <DocumentPage document={document} digest={digest} version={version} back={back} />,
    });
  });

  return routes;
}

interface VersionPageData {
  version: VersionView;
  processes: readonly ProcessView[];
  open: readonly ReviewView[];
  pack: EvidencePack | undefined;
  timeline: readonly JournalEntryView[];
  hasMore: boolean;
}

async function loadVersion(
  services: WebServices,
  caller: Caller,
  model: string,
  name: string,
): Promise<VersionPageData> {
  const version = await services.getVersion(caller, model, name);
  const [processes, pack, timeline] = await Promise.all([
    Promise.all(
      version.processes
        .filter((process) => process.kind !== 'lifecycle')
        .map((process) => services.getProcess(caller, process.id)),
    ),
    version.evidenceDigest === null ? undefined : services.getEvidence(caller, version.evidenceDigest),
    visible(services.listJournal(caller, { stream: version.id, limit: timelineLength })),
  ]);
  const asked = processes.flatMap(({ kind, state, signOffs, reviews }) =>
    kind === 'follow_up' && state === 'RUNNING'
      ? reviews
      : signOffs.filter((signOff) => signOff.state === 'OPEN').flatMap((signOff) => signOff.reviews),
  );
  const open = await Promise.all(asked.map((id) => visible(services.getReview(caller, id))));
  return {
    version,
    processes,
    open: open.filter((review) => review !== undefined).filter((review) => !isClosed(review.state)),
    pack,
    // Who opened the evidence is in the journal; here it would drown what moved the version.
    timeline: timeline?.items.filter((entry) => entry.type !== 'evidence.read') ?? [],
    hasMore: (timeline?.nextCursor ?? null) !== null,
  };
}

/** What the caller may not see is left off the page. */
async function visible<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

const overridesOf = (processes: readonly ProcessView[]) =>
  processes.flatMap(({ signOffs }) => signOffs.flatMap(({ override }) => override ?? []));

function VersionPage({ version, processes, open, pack, timeline, hasMore }: VersionPageData) {
  const overridden = processes.filter(
    (process) =>
      process.round === version.round && overridesOf([process]).some(({ outcome }) => outcome === 'APPROVED'),
  );
  return (
    <div class="space-y-6">
      <PageHead
        trail={[
          { label: 'Models', href: '/models' },
          { label: version.model, href: `/models/${encodeURIComponent(version.model)}` },
          { label: `version ${version.version}` },
        ]}
        title={`${version.model}, version ${version.version}`}
        lead={version.description ?? undefined}
        badges={
          <>
            <Badge>
              {stageWords[version.stage]}
              {onConditions(version)}
            </Badge>
            {overridden.length > 0 && <Badge icon="circle-alert">Let through in an emergency</Badge>}
            <Badge>{tierWords[version.riskTier]}</Badge>
            <Badge>Round {version.round}</Badge>
            {version.evidenceDigest && <DigestBadge digest={version.evidenceDigest} />}
          </>
        }
      />
      <section class="card px-4 py-5 sm:px-5" aria-label="Stage">
        <StageLine steps={describeStages(version, new Set(overridden.map(({ id }) => id)))} />
        <WhatNow version={version} open={open} processes={processes} />
      </section>
      <div class="grid gap-6 lg:grid-cols-[minmax(0,1fr)_21.5rem]">
        <div class="min-w-0 space-y-6">
          {pack ? (
            <>
              <FindingList
                pack={pack}
                title={`Findings of round ${pack.round}`}
                canJudge={['validating', 'validated', 'approving'].includes(version.stage)}
              />
              <ChartCards charts={pack.charts} />
              <MetricsTable metrics={pack.metrics} />
              <Documents
                pack={pack}
                href={(digest) => `${versionHref(version)}/documents/${encodeURIComponent(digest)}`}
              />
              <Files pack={pack} />
            </>
          ) : (
            <Card title="Evidence">
              <p class="text-muted-foreground">
                The evidence of round {version.round} is being computed. It appears here when every check of the policy
                has run.
              </p>
            </Card>
          )}
        </div>
        <div class="min-w-0 space-y-6">
          <Card title="Sign-offs" id="sign-offs">
            <SignOffList processes={processes.filter((process) => process.round === version.round)} />
          </Card>
          <Promised version={version} />
          <Rounds processes={processes} />
          <Card title="Submission" id="submission">
            <Facts rows={submissionFacts(version)} />
          </Card>
          <Card
            title="Timeline"
            id="timeline"
            aside={
              <a class="link" href={hrefWith('/journal', { stream: version.id })}>
                In the journal
              </a>
            }
          >
            <Diary entries={timeline} />
            {hasMore && (
              <p class="text-muted-foreground pt-3 text-xs">The latest {timelineLength}; the journal has the rest.</p>
            )}
          </Card>
        </div>
      </div>
    </div>
  );
}

/** What waits on whom and since when, or why nothing does. */
function WhatNow({ version, open, processes }: Pick<VersionPageData, 'version' | 'open' | 'processes'>) {
  const { now } = usePage();
  if (open.length > 0) {
    return (
      <ul class="mt-5 divide-y border-t pt-1">
        {open.map((review) => {
          const due = describeDue(review.dueAt, now);
          return (
            <li class="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-0.5 pt-3 pb-2 last:pb-0">
              <p>
                <a class="link font-medium" href={reviewHref(review.id)}>
                  {review.title}
                </a>{' '}
                <span class="text-muted-foreground">
                  {describeProgress(review)}, since <Time at={review.createdAt} />
                </span>
              </p>
              <p class={`text-[0.8125rem] ${urgencyClass[due.urgency]}`}>
                {due.words}{' '}
                <span class="text-muted-foreground">
                  · due <Time at={review.dueAt} />
                </span>
              </p>
            </li>
          );
        })}
      </ul>
    );
  }
  const ended = processes.findLast((process) => process.outcomeReason !== null);
  const reason =
    ['rejected', 'withdrawn'].includes(version.stage) ||
    ended?.outcome === 'EXPIRED' ||
    ended?.outcome === 'CHANGES_REQUESTED'
      ? ended?.outcomeReason
      : undefined;
  if (!reason || !ended?.outcome) return <></>;
  return (
    <p class="mt-5 flex gap-2.5 border-t pt-4 leading-relaxed">
      <Icon
        name={version.stage === 'rejected' ? 'octagon-alert' : 'info'}
        class={`mt-0.5 size-4 ${version.stage === 'rejected' ? 'text-fail' : 'text-muted-foreground'}`}
      />
      <span class="min-w-0 break-words">
        <span class="font-medium">{processOutcomeWords[ended.outcome]}.</span> {reason}
      </span>
    </p>
  );
}

/** `, on 2 conditions` while the version stands by its approval. */
function onConditions({ stage, conditions }: VersionView): string {
  const isHeld = ['approved', 'warming_up', 'challenging', 'champion'].includes(stage);
  if (!isHeld || conditions.length === 0) return '';
  return `, on ${conditions.length === 1 ? '1 condition' : `${conditions.length} conditions`}`;
}

/** What the approval hangs on. Its owner says on the review's page that it is done. */
function Promised({ version: { conditions } }: { version: VersionView }) {
  if (conditions.length === 0) return <></>;
  return (
    <Card title="Conditions of the approval" id="conditions" flush>
      <ul class="divide-y">
        {conditions.map((condition) => (
          <ConditionLine condition={condition} href={`${reviewHref(condition.reviewId)}#conditions`} />
        ))}
      </ul>
    </Card>
  );
}

function Rounds({ processes }: { processes: readonly ProcessView[] }) {
  const rounds = [...new Set(processes.map((process) => process.round))].toSorted((a, b) => b - a);
  if (rounds.length === 0) return <></>;
  return (
    <Card title="Rounds of evidence" id="rounds">
      <ol class="space-y-4">
        {rounds.map((round) => (
          <li>
            <h3 class="text-muted-foreground pb-1 text-xs font-medium">Round {round}</h3>
            <ul class="space-y-1.5">
              {processes
                .filter((process) => process.round === round)
                .map((process) => (
                  <li class="flex items-baseline justify-between gap-4">
                    <span>{processWords[process.kind]}</span>
                    <span class="text-muted-foreground text-end text-[0.8125rem]">
                      {process.outcome ? processOutcomeWords[process.outcome].toLowerCase() : 'under way'},{' '}
                      <Time at={process.endedAt ?? process.startedAt} as="day" />
                    </span>
                  </li>
                ))}
            </ul>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function submissionFacts(version: VersionView): [string, Child][] {
  return [
    ['Owner', <Who handle={version.owner} />],
    ['Author', <Who handle={version.author} />],
    ['Contributors', version.contributors.length > 0 ? <Names handles={version.contributors} /> : 'nobody else'],
    ['Submitted by', <Who handle={version.submittedBy} />],
    ['Submitted', <Time at={version.createdAt} />],
    ['Artifact', <Digest digest={version.artifactDigest} />],
    [
      'Policy',
      <a class="link" href={policyHref(version.policy)}>
        {version.policy.id}, version {version.policy.version}
      </a>,
    ],
  ];
}

function Names({ handles }: { handles: readonly string[] }) {
  const nameOf = useNames();
  return <>{joinWords(handles.map(nameOf))}</>;
}

/** Every file that the evidence stands on, by digest. */
function Files({ pack }: { pack: EvidencePack }) {
  if (pack.inputs.length === 0) return <></>;
  return (
    <Card title="Files" id="files" aside="read and compared with what was declared" flush>
      <ul class="divide-y">
        {pack.inputs.map((input) => {
          const isSame = input.actualDigest === input.declaredDigest;
          return (
            <li class="grid gap-x-4 px-4 py-2.5 sm:grid-cols-[minmax(0,1fr)_auto]">
              <p class="flex min-w-0 items-center gap-2">
                <Icon
                  name={isSame ? 'check' : 'octagon-alert'}
                  class={`size-4 ${isSame ? 'text-pass' : 'text-fail'}`}
                  title={isSame ? 'As declared' : 'Not as declared'}
                />
                <span class="font-medium break-words">{describeFile(input.name)}</span>
              </p>
              <p class="text-muted-foreground flex gap-3 ps-6 text-xs sm:ps-0">
                {input.bytes !== null && <span class="num">{formatBytes(input.bytes)}</span>}
                <Digest digest={input.declaredDigest} />
              </p>
              <p class="text-muted-foreground ps-6 text-xs break-all sm:col-span-2">{input.problem ?? input.uri}</p>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
