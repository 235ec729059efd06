import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evidencePackSchema } from '../../domain/evidence.ts';
import { criteriaDigest } from '../../evidence/criteria.ts';
import type { BuiltEvidence, Champion } from '../../evidence/evidence-request.ts';
import { computeEvidence, EvidenceFailure } from '../../evidence/run-in-process.ts';
import { findMetric } from '../../evidence/compute-metrics.ts';
import { sha256Of } from '../../evidence/sha256.ts';
import { openEvidenceFile } from '../../storage/file.ts';
import { blockers, buildHere, findingOf, toJudge } from './build-in-process.ts';
import {
  fileOf,
  highPolicy,
  mortgageFolder,
  mortgageSubmission,
  pin,
  readPolicy,
  reportedMetrics,
  requestFor,
} from './mortgage-example.ts';
import { mortgageRows, writePredictions } from './write-predictions.ts';

function asChampion({ pack, digest }: BuiltEvidence): Champion {
  const roc = pack.charts.find(({ kind }) => kind === 'roc');
  return {
    ...pack.modelVersion,
    evidenceDigest: digest,
    metrics: pack.metrics,
    roc: roc?.kind === 'roc' ? (roc.series[0] ?? null) : null,
  };
}

const version1 = await buildHere(requestFor(mortgageSubmission(1)));
const version2 = await buildHere(requestFor(mortgageSubmission(2), { champion: asChampion(version1) }));

describe('the mortgage versions under the high policy', () => {
  it('version 1 passes validation, with unequal predictions to answer for that chance can explain', () => {
    expect(blockers(version1)).toEqual([]);
    expect(toJudge(version1)).toEqual([]);
    expect(findingOf(version1, 'fairness-selection:afam')).toMatchObject({ verdict: 'WARN', threshold: '≥ 0.8' });
    expect(findingOf(version1, 'champion-roc-auc')).toMatchObject({ verdict: 'NOT_ASSESSABLE' });
    expect(findingOf(version1, 'champion-roc-auc').message).toContain('There is no champion yet');
  });

  it('version 2 passes, beats version 1 and leaves its predictions by afam for a person to judge', () => {
    expect(blockers(version2)).toEqual([]);
    expect(toJudge(version2)).toContain('fairness-selection:afam');
    expect(findingOf(version2, 'champion-roc-auc').verdict).toBe('PASS');
    const finding = findingOf(version2, 'fairness-selection:afam');
    expect(finding).toMatchObject({
      verdict: 'FAIL',
      blocking: false,
      threshold: '≥ 0.8',
      metric: 'demographic_parity_ratio/validation/afam',
    });
    expect(finding.message).toContain('6.6 % of 76 rows with afam = yes against 0.6 % of 519 rows with afam = no');
  });

  it('version 3 passes, with its fall from training to validation data and its tie with version 2 for a person to judge', async () => {
    const version3 = await buildHere(requestFor(mortgageSubmission(3), { champion: asChampion(version2) }));
    expect(blockers(version3)).toEqual([]);
    expect(toJudge(version3)).toEqual(expect.arrayContaining(['generalisation-gap', 'champion-roc-auc']));
    expect(findingOf(version3, 'generalisation-gap').message).toContain(
      '0.8826 on training data and 0.7912 on validation data',
    );
  });

  it.each(['low', 'medium', 'high'] as const)(
    'version 4 is refused by the %s policy, with the rule, the value and the limit',
    async (tier) => {
      const version4 = await buildHere(requestFor(mortgageSubmission(4), { policy: pin(readPolicy(tier)) }));
      expect(blockers(version4)).toEqual(['baseline-roc-auc', 'baseline-brier']);
      expect(findingOf(version4, 'baseline-roc-auc')).toMatchObject({
        verdict: 'FAIL',
        blocking: true,
        value: expect.closeTo(0.4826631545, 9),
        threshold: '≥ 0.6',
      });
      expect(findingOf(version4, 'baseline-brier')).toMatchObject({ threshold: '< 0.1051' });
    },
  );

  it.each([1, 2, 3, 4])('version %i has the metrics that its pipeline reported', async (version) => {
    const { pack } = await buildHere(requestFor(mortgageSubmission(version)));
    for (const dataset of ['training', 'validation'] as const) {
      for (const name of ['roc_auc', 'average_precision', 'brier', 'log_loss'] as const) {
        expect(findMetric(pack.metrics, name, dataset)?.value).toBeCloseTo(reportedMetrics(version)[dataset][name], 12);
      }
    }
  });

  it('a pipeline that reports better figures than its predictions give is found out', async () => {
    const built = await buildHere(
      requestFor(
        mortgageSubmission(2, { metrics: { validation: { roc_auc: 0.85, brier: 0.08818569851585441, gini: 0.7 } } }),
      ),
    );
    expect(findingOf(built, 'reported-metrics')).toMatchObject({ verdict: 'FAIL' });
    expect(findingOf(built, 'reported-metrics').message).toBe(
      'roc_auc: reported 0.85, computed 0.8002. Not computed here: gini.',
    );
  });
});

describe('an evidence pack', () => {
  it('is what its type says, with every metric of both data sets and the charts that a reviewer looks at', () => {
    expect(evidencePackSchema.parse(version2.pack)).toEqual(version2.pack);
    expect(version2.pack.charts.map(({ id }) => id)).toEqual([
      'roc', 'confusion', 'calibration',
      'group-rates:selection_rate:afam', 'group-rates:true_positive_rate:afam', 'group-rates:selection_rate:single', 'group-rates:true_positive_rate:single',
    ]); // prettier-ignore
    const [roc] = version2.pack.charts;
    if (roc?.kind !== 'roc') throw new Error('The first chart is no ROC curve');
    expect(roc.series.map(({ label }) => label)).toEqual(['Version 2', 'Version 1 (champion)']);
    for (const { points } of roc.series) {
      expect(points.length).toBeLessThanOrEqual(200);
      expect([points[0], points.at(-1)]).toEqual([{ x: 0, y: 0 }, { x: 1, y: 1 }]); // prettier-ignore
    }
    expect(
      findMetric(version2.pack.metrics, 'selection_rate', 'validation', { column: 'afam', value: 'yes' }),
    ).toMatchObject({ value: 5 / 76, n: 76 });
  });

  it('has the same bytes and name for the same inputs, in another process too', async () => {
    const request = requestFor(mortgageSubmission(2), { champion: asChampion(version1) });
    const again = await computeEvidence(request, { openFile: openEvidenceFile });
    expect(again.bytes).toBe(version2.bytes);
    expect(again.digest).toBe(version2.digest);
    expect(version2.digest).toBe(sha256Of(version2.bytes));
    expect(again.documents).toEqual(version2.documents);
  });

  it('has another name when a single score differs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-test-'));
    const path = join(folder, 'changed.parquet');
    await writePredictions(
      path,
      mortgageRows(mortgageFolder, 2, "CASE application_id WHEN 'A0693' THEN score + 1e-12 ELSE score END AS score"),
    );
    const predictions = { training: fileOf('v2-training.parquet'), validation: fileOf('changed.parquet', folder) };
    const changed = await buildHere(
      requestFor(mortgageSubmission(2, { predictions }), {
        fileRoots: [mortgageFolder, folder],
        champion: asChampion(version1),
      }),
    );
    expect(changed.digest).not.toBe(version2.digest);
    await rm(folder, { recursive: true });
  });

  it('is the same from CSV as from Parquet of the same rows', async () => {
    const predictions = { training: fileOf('v1-training.parquet'), validation: fileOf('v1-validation.csv') };
    const fromCsv = await buildHere(requestFor(mortgageSubmission(1, { predictions })));
    expect(fromCsv.pack.metrics).toEqual(version1.pack.metrics);
    expect(fromCsv.pack.findings).toEqual(version1.pack.findings);
    expect(fromCsv.pack.charts).toEqual(version1.pack.charts);
  });

  it('names its criteria the same whatever the results are, and otherwise after a change to a limit', () => {
    const changed = {
      ...highPolicy,
      checks: highPolicy.checks.map((check) =>
        check.id === 'calibration' && check.kind === 'calibration' ? { ...check, maximum: 0.2 } : check,
      ),
    };
    expect(version1.pack.criteriaDigest).toBe(version2.pack.criteriaDigest);
    expect(version1.pack.criteriaDigest).toBe(criteriaDigest(highPolicy));
    expect(criteriaDigest(changed)).not.toBe(criteriaDigest(highPolicy));
  });

  it('keeps the text of documents and the digest of every file that was read', async () => {
    expect(version1.documents.map(({ kind, mediaType }) => [kind, mediaType])).toEqual(
      ['model_card', 'data_sheet', 'validation_plan'].map((kind) => [kind, 'text/markdown']),
    );
    expect(version1.documents[0]?.text).toBe(await readFile(join(mortgageFolder, 'README.md'), 'utf8'));
    for (const input of version1.pack.inputs) expect(input.actualDigest).toBe(input.declaredDigest);
  });
});

describe('the process that computes evidence', () => {
  const request = requestFor(mortgageSubmission(2));
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => 'no failure',
      (error: unknown) => (error instanceof EvidenceFailure ? error.code : error),
    );

  it('is stopped when nobody waits for it any more', async () => {
    const controller = new AbortController();
    const answer = failure(computeEvidence(request, { openFile: openEvidenceFile, signal: controller.signal }));
    controller.abort();
    expect(await answer).toBe('ABORTED');
  });

  it('is stopped after its time', async () => {
    expect(await failure(computeEvidence(request, { openFile: openEvidenceFile, timeoutMs: 1 }))).toBe('TIMED_OUT');
  });

  it('ends at its memory limit without harm to the process that asked', async () => {
    expect(await failure(computeEvidence(request, { openFile: openEvidenceFile, memoryLimitMb: 40 }))).toBe(
      'OUT_OF_MEMORY',
    );
  });
});
