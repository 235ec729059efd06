import type { Child } from 'hono/jsx';
import { byAttention, type Chart, type EvidencePack, type Finding, type Verdict } from '../../domain/evidence.ts';
import type { Metric, MetricName } from '../../domain/metric.ts';
import { findingName } from '../../domain/finding-name.ts';
import { shortMetric } from '../words/metrics.ts';
import { countOf, formatStatistic } from '../words/numbers.ts';
import { RateBars } from './charts/rate-bars.tsx';
import { Icon } from './icon.tsx';
import { LimitScale, readLimit } from './limit-scale.tsx';
import { Card } from './parts.tsx';
import { VerdictMark } from './verdict-mark.tsx';

export const findingAnchor = (finding: Finding): string => `finding-${finding.id.replaceAll(/[^A-Za-z0-9_-]+/g, '-')}`;

/** A finding's metric as `name/dataset` or `name/dataset/column`, found among those of the pack. */
function metricOf(finding: Finding, metrics: readonly Metric[]): Metric | undefined {
  const [name, dataset, column] = finding.metric?.split('/') ?? [];
  return metrics.find(
    (metric) =>
      metric.name === name &&
      metric.dataset === dataset &&
      metric.segment?.column === column &&
      metric.segment?.value === undefined,
  );
}

/** The rate that a fairness metric compares; one picture is enough where it compares two. */
const comparedRate: Partial<Record<string, MetricName>> = {
  demographic_parity_ratio: 'selection_rate',
  demographic_parity_difference: 'selection_rate',
  equal_opportunity_difference: 'true_positive_rate',
  equalized_odds_difference: 'true_positive_rate',
  equalized_odds_ratio: 'true_positive_rate',
};

function groupsOf(finding: Finding, charts: readonly Chart[]): Extract<Chart, { kind: 'group_rates' }> | undefined {
  const [name, dataset, column] = finding.metric?.split('/') ?? [];
  const rate = comparedRate[name ?? ''];
  return charts
    .filter((chart) => chart.kind === 'group_rates')
    .find((chart) => chart.column === column && chart.dataset === dataset && chart.rate === rate);
}

/** Findings by what they ask of the reader: to judge, warnings, not assessed, and the passed ones folded away. */
export function FindingList({
  pack,
  title = 'Findings',
  canJudge = true,
}: {
  pack: EvidencePack;
  title?: string;
  canJudge?: boolean;
}) {
  const of = (verdict: Verdict) => pack.findings.filter((finding) => finding.verdict === verdict).toSorted(byAttention);
  const failed = of('FAIL');
  const warned = of('WARN');
  const unknown = of('NOT_ASSESSABLE');
  const passed = of('PASS');
  const counts = [
    canJudge && failed.length + warned.length > 0 && `${failed.length + warned.length} to judge`,
    failed.length > 0 && `${failed.length} failed`,
    warned.length > 0 && countOf(warned.length, 'warning'),
    unknown.length > 0 && `${unknown.length} not assessed`,
    `${passed.length} passed`,
  ].filter((count) => count !== false);
  const speaking = [...failed, ...warned, ...unknown];
  return (
    <Card title={title} id="findings" aside={counts.join(' · ')} flush>
      {speaking.length > 0 ? (
        <ul class="divide-y">
          {speaking.map((finding) => (
            <FindingRow finding={finding} pack={pack} />
          ))}
        </ul>
      ) : (
        <p class="text-muted-foreground flex items-center gap-2.5 px-4 py-4">
          <Icon name="check-check" class="text-pass size-4" />
          {passed.length > 0
            ? 'Every check passed. Nothing here asks for your judgement.'
            : 'This evidence holds no findings.'}
        </p>
      )}
      {passed.length > 0 && (
        <details class="border-t" data-print-open>
          <summary class="text-muted-foreground hover:text-foreground flex items-center gap-2.5 px-4 py-2.5">
            <Icon name="chevron-right" class="chevron size-4 transition-transform" />
            <span class="tabular-nums">{countOf(passed.length, 'check')} passed.</span>
            <span class="no-print">
              <span class="when-closed">Show {passed.length === 1 ? 'it' : 'all'}</span>
              <span class="when-open">Hide</span>
            </span>
          </summary>
          <ul class="divide-y border-t">
            {passed.map((finding) => (
              <FindingRow finding={finding} pack={pack} quiet />
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}

function FindingRow({ finding, pack, quiet = false }: { finding: Finding; pack: EvidencePack; quiet?: boolean }) {
  return (
    <li
      class={`grid scroll-mt-20 grid-cols-[auto_1fr] gap-x-2.5 px-4 ${quiet ? 'py-2' : 'py-3.5'}`}
      id={findingAnchor(finding)}
    >
      <VerdictMark verdict={finding.verdict} class="mt-0.5 size-4" />
      <div class="min-w-0">
        <div class="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5">
          <h3 class="font-medium break-words">{findingName(finding)}</h3>
          <ValueAgainstLimit finding={finding} metric={metricOf(finding, pack.metrics)} />
        </div>
        <p class={`text-muted-foreground leading-relaxed break-words ${quiet ? 'text-[0.8125rem]' : ''}`}>
          {finding.message}
        </p>
        {!quiet && <Picture finding={finding} pack={pack} />}
      </div>
    </li>
  );
}

/** The metric's name stands beside its own value only: the value of some checks is a difference or a share. */
const isValueOf = (metric: Metric | undefined, value: number): boolean =>
  metric?.value !== null && metric?.value !== undefined && Math.abs(metric.value - value) < 1e-6;

function ValueAgainstLimit({ finding, metric }: { finding: Finding; metric: Metric | undefined }) {
  const name = finding.value !== null && isValueOf(metric, finding.value) ? shortMetric(finding.metric) : '';
  const value = finding.value === null ? '' : `${name} ${formatStatistic(finding.value)}`.trim();
  const limit = finding.threshold === null ? '' : `limit ${finding.threshold}`;
  if (!value && !limit) return <></>;
  return (
    <p class="mono text-xs break-words">
      {value && <span class="text-foreground font-medium">{value}</span>}
      {value && limit && <span class="text-muted-foreground"> · </span>}
      {limit && <span class="text-muted-foreground">{limit}</span>}
    </p>
  );
}

function Picture({ finding, pack }: { finding: Finding; pack: EvidencePack }): Child {
  const groups = groupsOf(finding, pack.charts);
  if (groups)
    return (
      <div class="pt-2.5">
        <RateBars chart={groups} />
      </div>
    );
  const metric = metricOf(finding, pack.metrics);
  const limit = readLimit(finding.threshold);
  if (finding.value === null || finding.value < 0 || !limit || limit.bound < 0) return null;
  return (
    <div class="pt-2">
      <LimitScale
        finding={finding}
        limit={limit}
        interval={isValueOf(metric, finding.value) ? (metric?.interval ?? null) : null}
      />
    </div>
  );
}
