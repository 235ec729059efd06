import type { Pool } from 'pg';
import type { Card } from '../domain/card.ts';
import { evidencePackSchema, type EvidencePack } from '../domain/evidence.ts';
import { drawChart, isDrawable, pngOf } from './draw-chart.ts';

const MOST_KEPT = 100;
const kept = new Map<string, NonNullable<Card['chart']> | null>();

/** The chart that a review of this evidence turns on; null where there is none to draw. Drawn once a pack and process. */
export async function chartOf(pool: Pool, evidenceDigest: string): Promise<Card['chart']> {
  const known = kept.get(evidenceDigest);
  if (known !== undefined) return known;
  const { rows } = await pool.query<{ content: Buffer }>('SELECT content FROM evidence_packs WHERE digest = $1', [
    evidenceDigest,
  ]);
  const pack = rows[0] && evidencePackSchema.safeParse(JSON.parse(rows[0].content.toString()));
  const chart = pack?.success ? pick(pack.data) : null;
  kept.set(evidenceDigest, chart);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
  return chart;
}

function pick({ findings, charts }: EvidencePack): Card['chart'] {
  const isAboutGroups = findings.some(({ check, verdict }) => check.startsWith('fairness') && verdict !== 'PASS');
  const drawable = charts.filter(isDrawable).filter((chart) => chart.dataset === 'validation');
  const chart = drawable.find(({ kind }) => kind === (isAboutGroups ? 'group_rates' : 'roc')) ?? drawable[0];
  if (!chart) return null;
  const { title, alt, svg } = drawChart(chart);
  let png: Buffer | undefined;
  return { title, alt, png: async () => (png ??= pngOf(svg)) };
}
