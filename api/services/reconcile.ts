import { countUnsealed, readOldLines, readProcessFacts, readVersionFacts } from '../../db/queries/reconcile.ts';
import { Refused } from '../../domain/errors.ts';
import { compareVersion, compareWorkflow, type Difference, type WorkflowState } from '../../domain/reconciliation.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';

export interface ReconcileDeps extends Deps {
  /** What Temporal says about a workflow. Rejects when Temporal is away. */
  describeWorkflow: (workflowId: string) => Promise<WorkflowState>;
}

export interface Reconciliation {
  checked: { versions: number; entries: number; reviews: number; decisions: number; processes: number };
  differences: Difference[];
}

const VERSIONS_AT_ONCE = 200;
const PROCESSES_AT_ONCE = 64;
const DAY_MS = 86_400_000;
/** Temporal forgets ended workflows; of older processes there is nothing to compare. */
const ENDED_WITHIN_MS = 7 * DAY_MS;

/**
 * Compares rows, journal and workflows, and names each difference. Rows and journal of a version are read in one snapshot.
 * Throws FORBIDDEN for all but administrators and auditors.
 */
export async function reconcile(deps: ReconcileDeps, caller: Caller): Promise<Reconciliation> {
  const { roles } = caller.person;
  if (!roles.includes('administrator') && !roles.includes('auditor'))
    throw new Refused('FORBIDDEN', 'Reconciling is for administrators and auditors.');
  const checked = { versions: 0, entries: 0, reviews: 0, decisions: 0, processes: 0 };
  const differences = [
    ...(await compareVersions(deps, checked)),
    ...(await compareProcesses(deps, checked)),
    ...(await compareQueues(deps)),
  ];
  return { checked, differences };
}

async function compareVersions({ database }: Deps, checked: Reconciliation['checked']): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (let after = ''; ;) {
    const batch = await readVersionFacts(database.db, after, VERSIONS_AT_ONCE);
    for (const facts of batch) {
      checked.versions += 1;
      checked.entries += facts.entries.length;
      checked.reviews += facts.reviews.length;
      checked.decisions += facts.decisions.length;
      differences.push(...compareVersion(facts));
    }
    const last = batch.at(-1);
    if (!last || batch.length < VERSIONS_AT_ONCE) return differences;
    after = last.id;
  }
}

async function compareProcesses(deps: ReconcileDeps, checked: Reconciliation['checked']): Promise<Difference[]> {
  const { db } = deps.database;
  const differences: Difference[] = [];
  const endedSince = new Date(deps.now().getTime() - ENDED_WITHIN_MS);
  for (let after = ''; ;) {
    const batch = await readProcessFacts(db, { after, limit: PROCESSES_AT_ONCE, endedSince });
    checked.processes += batch.length;
    const suspects = await Promise.all(
      batch.map(async (process) => {
        const workflow = await deps.describeWorkflow(process.workflowId);
        return compareWorkflow({ ...process, workflow }) ? [{ id: process.id, workflow }] : [];
      }),
    );
    const states = new Map(suspects.flat().map(({ id, workflow }) => [id, workflow]));
    // The row may have moved while Temporal was asked: only what still differs counts.
    const again =
      states.size === 0
        ? []
        : await readProcessFacts(db, { after: '', limit: PROCESSES_AT_ONCE, endedSince, ids: [...states.keys()] });
    for (const process of again) {
      const difference = compareWorkflow({ ...process, workflow: states.get(process.id) ?? 'MISSING' });
      if (difference) differences.push(difference);
    }
    const last = batch.at(-1);
    if (!last || batch.length < PROCESSES_AT_ONCE) return differences;
    after = last.id;
  }
}

const MOST_LINES = 1_000;

async function compareQueues({ database }: Deps): Promise<Difference[]> {
  const lines = await readOldLines(database.db, MOST_LINES);
  const differences = lines.map(({ id, workflowId, attempts, lastError, ageMs }): Difference => ({
    kind: 'outbox_waits',
    subject: workflowId,
    rows: `line ${id} waits for ${Math.round(ageMs / 1000)} s, after ${attempts} attempts`,
    journal: '-',
    workflow: lastError ?? 'was not told yet',
    advice:
      attempts === 0
        ? 'No worker takes lines: start one.'
        : 'See that Temporal answers; the line is tried again by itself.',
    isInFlight: true,
  }));
  const unsealed = await countUnsealed(database.db);
  if (unsealed > 0)
    differences.push({
      kind: 'not_sealed',
      subject: 'journal',
      rows: `${unsealed} entries are older than a minute and not under a checkpoint`,
      journal: '-',
      workflow: '-',
      advice: 'No worker seals: the log of each says why.',
      isInFlight: false,
    });
  return differences;
}
