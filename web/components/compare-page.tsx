import type { ReviewView } from '../../api/schemas/views.ts';
import type { EvidencePack, Verdict } from '../../domain/evidence.ts';
import { findingName } from '../../domain/finding-name.ts';
import {
  comparePacks,
  type FileChange,
  type FindingPair,
  type MetricPair,
  type PackComparison,
} from '../compare-packs.ts';
import { reviewHref, versionHref } from '../links.ts';
import { describeDocument, describeFile } from '../words/names.ts';
import { describeMetric } from '../words/metrics.ts';
import { countOf, formatCount, formatInterval, formatStatistic } from '../words/numbers.ts';
import { OneChart } from './charts/chart-cards.tsx';
import { Icon, type IconName } from './icon.tsx';
import { Card, EmptyState, Fold, PageHead } from './parts.tsx';
import { VerdictMark } from './verdict-mark.tsx';

export interface ComparePageProps {
  review: ReviewView;
  pack: EvidencePack;
  /** The last approved version's evidence; undefined where there is none. */
  before: EvidencePack | undefined;
}

/** The evidence in question beside that of the last approved version: what changed first. */
export function ComparePage({ review, pack, before }: ComparePageProps) {
  const names = before && {
    now: `version ${pack.modelVersion.version}`,
    before: `version ${before.modelVersion.version}`,
  };
  const comparison = before && comparePacks(pack, before);
  return (
    <div class="space-y-6">
      <PageHead
        trail={[
          { label: review.modelVersion.model, href: `/models/${encodeURIComponent(review.modelVersion.model)}` },
          { label: `version ${review.modelVersion.version}`, href: versionHref(review.modelVersion) },
          { label: review.title, href: reviewHref(review.id) },
          { label: 'compared' },
        ]}
        title={
          before
            ? `Version ${review.modelVersion.version} beside version ${before.modelVersion.version}`
            : `Version ${review.modelVersion.version} stands alone`
        }
        lead={comparison && summarise(comparison)}
        action={
          <a class="btn" href={`${reviewHref(review.id)}#decision`}>
            <Icon name="arrow-left" /> Back to the review
          </a>
        }
      />
      {comparison && names ? (
        <>
          <Findings comparison={comparison} names={names} />
          <Metrics pairs={comparison.metrics} names={names} />
          <div class="grid gap-6 md:grid-cols-2">
            <Files title="Documents" files={comparison.documents} nameOf={describeDocument} />
            <Files title="Artifact and data" files={comparison.files} nameOf={describeFile} />
          </div>
          <Charts comparison={comparison} names={names} />
        </>
      ) : (
        <div class="card">
          <EmptyState title="Nothing to compare with" icon="columns-2">
            No version of this model had been approved when this evidence was computed. Once one is, the next version is
            shown beside it here.
          </EmptyState>
        </div>
      )}
    </div>
  );
}

interface Names {
  now: string;
  before: string;
}

function summarise({ findings, metrics, documents, files }: PackComparison): string {
  const worse = findings.filter(({ change, value }) => change === 'new' || value === 'worse').length;
  const stricter = findings.filter(({ value, verdict }) => value !== 'worse' && verdict === 'stricter').length;
  const moved = (sense: MetricPair['sense']) => overall(metrics).filter((pair) => pair.sense === sense).length;
  const changed = [...documents, ...files].filter(({ change }) => change !== 'same').length;
  return [
    worse === 0 ? 'No finding is worse.' : `${countOf(worse, 'finding')} ${worse === 1 ? 'is' : 'are'} worse or new.`,
    ...(stricter === 0
      ? []
      : [
          `${countOf(stricter, 'finding')} ${stricter === 1 ? 'is' : 'are'} judged more strictly without a worse value.`,
        ]),
    `On validation data ${countOf(moved('better'), 'metric')} ${moved('better') === 1 ? 'is' : 'are'} better and ${formatCount(moved('worse'))} worse.`,
    changed === 0
      ? 'Every file is the very same.'
      : `${countOf(changed, 'file')} ${changed === 1 ? 'differs' : 'differ'}.`,
  ].join(' ');
}

const overall = (pairs: readonly MetricPair[]): MetricPair[] =>
  pairs.filter(({ now }) => now.dataset === 'validation' && now.segment === null);

const changeWords: Record<FindingPair['change'], { words: string; class: string }> = {
  worse: { words: 'worse', class: 'text-fail' },
  new: { words: 'new', class: 'text-fail' },
  stricter: { words: 'same value', class: 'text-muted-foreground' },
  moved: { words: 'moved', class: 'text-warn' },
  milder: { words: 'same value', class: 'text-muted-foreground' },
  better: { words: 'better', class: 'text-pass' },
  gone: { words: 'gone', class: 'text-pass' },
};

const verdictNow: Record<Verdict, string> = {
  PASS: 'now passes',
  WARN: 'now warns',
  FAIL: 'now fails',
  NOT_ASSESSABLE: 'now not assessed',
};

/** What became of the value, and by itself what became of the verdict on it. */
function Change({ change, value, verdict, now }: FindingPair) {
  const { words, class: look } = changeWords[change];
  const isOfValue = value === 'better' || value === 'worse';
  const hasVerdict = now !== undefined && verdict !== 'same';
  return (
    <p class="text-[0.8125rem] font-medium">
      {/* Of what has no value, or had none, only the verdict can be told. */}
      {(value !== 'unknown' || !hasVerdict) && <span class={look}>{isOfValue ? `value ${words}` : words}</span>}
      {value !== 'unknown' && hasVerdict && ' · '}
      {hasVerdict && (
        <span class={verdict === 'stricter' ? 'text-fail' : 'text-pass'}>
          {verdict} verdict: {verdictNow[now.verdict]}
          {now.threshold !== null && `, limit ${now.threshold}`}
        </span>
      )}
    </p>
  );
}

function Findings({ comparison, names }: { comparison: PackComparison; names: Names }) {
  const { findings, unchangedFindings } = comparison;
  return (
    <Card title="Findings that changed" id="findings" aside={`${unchangedFindings} as before`} flush>
      {findings.length === 0 ? (
        <p class="text-muted-foreground px-4 py-4">Every check says what it said of {names.before}.</p>
      ) : (
        <ul class="divide-y">
          {findings.map((pair) => {
            const { now, before } = pair;
            const finding = now ?? before;
            if (!finding) return <></>;
            return (
              <li class="px-4 py-3">
                <div class="flex flex-wrap items-baseline justify-between gap-x-4">
                  <h3 class="min-w-0 font-medium break-words">{findingName(finding)}</h3>
                  <Change {...pair} />
                </div>
                <div class="grid gap-x-6 gap-y-2 pt-1.5 sm:grid-cols-2">
                  <Side name={names.now} finding={now} />
                  <Side name={names.before} finding={before} />
                </div>
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}

function Side({ name, finding }: { name: string; finding: FindingPair['now'] }) {
  return (
    <div class="min-w-0">
      <p class="text-muted-foreground flex items-center gap-1.5 text-xs">
        {finding && <VerdictMark verdict={finding.verdict} class="size-3.5" />}
        <span class="break-all">{name}</span>
      </p>
      <p class="leading-relaxed break-words">{finding ? finding.message : 'Not looked at.'}</p>
    </div>
  );
}

const senses = {
  better: { words: 'better', class: 'text-pass', icon: 'check' },
  worse: { words: 'worse', class: 'text-fail', icon: 'triangle-alert' },
  same: { words: 'same', class: 'text-muted-foreground', icon: undefined },
  unknown: { words: '', class: 'text-muted-foreground', icon: undefined },
} as const satisfies Record<MetricPair['sense'], { words: string; class: string; icon: IconName | undefined }>;

function Metrics({ pairs, names }: { pairs: readonly MetricPair[]; names: Names }) {
  const main = overall(pairs);
  const bySegment = pairs.filter(({ now }) => now.dataset === 'validation' && now.segment !== null);
  const training = pairs.filter(({ now }) => now.dataset === 'training' && now.segment === null);
  return (
    <Card title="Metrics" id="metrics" aside="validation data" flush>
      <MetricRows pairs={main} names={names} label="Metrics on validation data" />
      {bySegment.length > 0 && (
        <div class="border-t px-4 py-2.5">
          <Fold label={`${countOf(bySegment.length, 'metric')} by group`}>
            <MetricRows pairs={bySegment} names={names} label="Metrics by group" />
          </Fold>
        </div>
      )}
      {training.length > 0 && (
        <div class="border-t px-4 py-2.5">
          <Fold label="On training data">
            <MetricRows pairs={training} names={names} label="Metrics on training data" />
          </Fold>
        </div>
      )}
    </Card>
  );
}

function MetricRows({ pairs, names, label }: { pairs: readonly MetricPair[]; names: Names; label: string }) {
  return (
    <div class="overflow-x-auto" role="region" aria-label={label} tabindex={0}>
      <table class="w-full">
        <thead>
          <tr class="text-muted-foreground border-b text-xs">
            <th scope="col" class="px-4 py-2 text-start font-medium">
              Metric
            </th>
            <th
              scope="col"
              class="max-w-20 truncate px-2 py-2 text-end font-medium sm:max-w-40 sm:px-3"
              title={names.now}
            >
              {names.now}
            </th>
            <th
              scope="col"
              class="max-w-20 truncate px-2 py-2 text-end font-medium sm:max-w-40 sm:px-3"
              title={names.before}
            >
              {names.before}
            </th>
            <th scope="col" class="py-2 ps-2 pe-4 text-end font-medium">
              Difference
            </th>
          </tr>
        </thead>
        <tbody class="divide-y">
          {pairs.map(({ now, before, difference, sense }) => (
            <tr>
              <th scope="row" class="py-2 ps-4 pe-2 text-start font-normal">
                {describeMetric(now.name)}
                {now.segment && (
                  <span class="text-muted-foreground">
                    {' '}
                    by {now.segment.column}
                    {now.segment.value === undefined ? '' : `: ${now.segment.value}`}
                  </span>
                )}
              </th>
              <td class="num px-2 py-2 text-end font-medium sm:px-3">
                <Value metric={now} />
              </td>
              <td class="num px-2 py-2 text-end sm:px-3">
                <Value metric={before} />
              </td>
              <td class={`num py-2 ps-2 pe-4 text-end whitespace-nowrap ${senses[sense].class}`}>
                {difference === undefined ? (
                  '–'
                ) : (
                  <>
                    {signed(now.name, difference)}
                    {senses[sense].words && (
                      <span class="block text-xs sm:inline sm:ps-1.5">{senses[sense].words}</span>
                    )}
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const counts: ReadonlySet<string> = new Set(['true_negatives', 'false_positives', 'false_negatives', 'true_positives']);
const numberOf = (name: string, value: number): string =>
  counts.has(name) ? formatCount(value).replace('-', '−') : Math.abs(value) < 0.0005 ? '0.000' : formatStatistic(value);
const signed = (name: string, value: number): string => `${value > 0 ? '+' : ''}${numberOf(name, value)}`;

function Value({ metric }: { metric: MetricPair['before'] }) {
  if (!metric) return <span class="text-muted-foreground">–</span>;
  if (metric.value === null) return <span class="text-muted-foreground text-xs">undefined</span>;
  return (
    <span title={`n ${formatCount(metric.n)}${metric.interval ? `, ${formatInterval(metric.interval)}` : ''}`}>
      {numberOf(metric.name, metric.value)}
    </span>
  );
}

const fileWords: Record<FileChange['change'], { words: string; icon: IconName; class: string }> = {
  changed: { words: 'changed', icon: 'pencil-line', class: '' },
  added: { words: 'new', icon: 'plus', class: '' },
  removed: { words: 'not there any more', icon: 'x', class: 'text-warn' },
  same: { words: 'the very same', icon: 'check', class: 'text-muted-foreground' },
};

function Files(props: { title: string; files: readonly FileChange[]; nameOf: (name: string) => string }) {
  if (props.files.length === 0) return <></>;
  return (
    <Card title={props.title} flush>
      <ul class="divide-y">
        {props.files.map(({ name, change }) => {
          const look = fileWords[change];
          return (
            <li class="flex items-center gap-2.5 px-4 py-2">
              <Icon name={look.icon} class={`size-4 ${look.class}`} />
              <span class="min-w-0 flex-1 break-words">{props.nameOf(name)}</span>
              <span class={`text-[0.8125rem] ${look.class || 'text-muted-foreground'}`}>{look.words}</span>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

function Charts({ comparison, names }: { comparison: PackComparison; names: Names }) {
  if (comparison.charts.length === 0) return <></>;
  return (
    <section class="space-y-6" aria-label="Charts">
      {comparison.charts.map(({ now, before }, index) => (
        <Card title={now.title} id={`chart-${index}`} aside={`${now.dataset} data`}>
          <div class="grid gap-x-8 gap-y-6 md:grid-cols-2">
            <figure class="min-w-0 space-y-2">
              <figcaption class="font-medium break-all">{names.now}</figcaption>
              <OneChart chart={now} />
            </figure>
            <figure class="min-w-0 space-y-2">
              <figcaption class="text-muted-foreground font-medium break-all">{names.before}</figcaption>
              {before ? <OneChart chart={before} /> : <p class="text-muted-foreground">Not drawn for it.</p>}
            </figure>
          </div>
        </Card>
      ))}
    </section>
  );
}
