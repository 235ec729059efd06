import type { Chart } from '../domain/evidence.ts';
import type { Policy } from '../domain/policy.ts';
import type { PredictionSets } from './compute-metrics.ts';
import { groupMinimaOf } from './compute-metrics.ts';
import type { Champion } from './evidence-request.ts';
import { binByWidth } from './metrics/calibration.ts';
import { countConfusion } from './metrics/classification.ts';
import { comparedRates, groupProportion, rateNames, splitGroups, type GroupRate } from './metrics/fairness.ts';
import { rocAuc, rocCurve } from './metrics/ranking.ts';
import { countClasses } from './metrics/score-tally.ts';
import type { LoadedPredictions } from './predictions/predictions.ts';
import { wilsonInterval } from './statistics/proportion-interval.ts';

/** What a reviewer sees of the validation data; nothing where there is nothing to draw. */
export function buildCharts(sets: PredictionSets, rules: Policy, version: string, champion: Champion | null): Chart[] {
  const set = sets.validation;
  if (set.status !== 'loaded' || set.tally === null || set.label === null || set.pairs !== null) return [];
  const { tally } = set;
  if (countClasses(tally).n === 0) return [];
  return [
    ...rocChart(tally, version, champion),
    confusionChart(tally, rules),
    ...calibrationChart(set, tally),
    ...groupCharts(set, rules),
  ];
}

type Tally = NonNullable<LoadedPredictions['tally']>;
const dataset = 'validation';

function rocChart(tally: Tally, version: string, champion: Champion | null): Chart[] {
  const points = rocCurve(tally);
  if (points.length === 0) return [];
  const series = [{ label: `Version ${version}`, points, area: rocAuc(tally) }];
  if (champion?.roc) series.push({ ...champion.roc, label: `Version ${champion.version} (champion)` });
  return [{ id: 'roc', kind: 'roc', title: 'ROC curve', dataset, series }];
}

const confusionChart = (tally: Tally, rules: Policy): Chart => ({
  id: 'confusion',
  kind: 'confusion',
  title: 'Confusion matrix',
  dataset,
  threshold: rules.decisionThreshold,
  ...countConfusion(tally, rules.decisionThreshold),
});

function calibrationChart(set: LoadedPredictions, tally: Tally): Chart[] {
  if (set.score === null || set.score.outOfRange > 0) return [];
  const bins = binByWidth(tally).map(({ from, to, n, positives, meanScore }) => {
    const interval = wilsonInterval({ count: positives, of: n });
    return { from, to, n, meanScore, observed: positives / n, low: interval?.low ?? 0, high: interval?.high ?? 1 };
  });
  return [{ id: 'calibration', kind: 'calibration', title: 'Calibration', dataset, bins }];
}

function groupCharts(set: LoadedPredictions, rules: Policy): Chart[] {
  const minima = groupMinimaOf(rules, dataset);
  return set.attributes.flatMap((attribute) => {
    if (!attribute.found) return [];
    const { included, excluded } = splitGroups(attribute, minima);
    return ratesToDraw(rules).map((rate): Chart => ({
      id: `group-rates:${rate}:${attribute.column}`,
      kind: 'group_rates',
      title: `${capitalise(rateNames[rate])} by ${attribute.column}`,
      dataset,
      column: attribute.column,
      rate,
      groups: included.flatMap((group) => {
        const proportion = groupProportion(group, rate);
        const interval = wilsonInterval(proportion);
        return interval === null
          ? []
          : [
              {
                value: group.value,
                n: proportion.of,
                rate: proportion.count / proportion.of,
                low: interval.low,
                high: interval.high,
              },
            ];
      }),
      excluded,
    }));
  });
}

/** The rates that the policy's fairness checks look at; positive predictions when it has none. */
function ratesToDraw(rules: Policy): GroupRate[] {
  const rates = rules.checks.flatMap((check) => (check.kind === 'fairness' ? comparedRates[check.metric] : []));
  return rates.length === 0 ? ['selection_rate'] : [...new Set(rates)];
}

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
