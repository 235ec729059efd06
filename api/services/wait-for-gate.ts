import { setTimeout as delay } from 'node:timers/promises';
import { gateOf } from '../../domain/gate.ts';
import { afterTheFactOf } from '../../domain/override.ts';
import { Refused } from '../../domain/errors.ts';
import type { Database } from '../../db/client.ts';
import { gather } from '../../db/gather.ts';
import { findVersion } from '../../db/queries/read-models.ts';
import { readGates, type GateRow } from '../../db/queries/read-gates.ts';
import type { GateView } from '../schemas/views.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { isVisible } from './read-scope.ts';

export interface WaitForGate {
  model: string;
  version: string;
  /** How long to wait for an answer while the gate is open. */
  waitMs: number;
  /** The asker went away. */
  signal: AbortSignal;
}

const LOOK_EVERY_MS = 250;

/** Where the version's gate stands; while it is OPEN the answer waits up to `waitMs` for it to close. Throws NOT_FOUND. */
export async function waitForGate(
  deps: Deps,
  caller: Caller,
  { model, version, waitMs, signal }: WaitForGate,
): Promise<GateView> {
  const found = await findVersion(deps.database.db, model, version);
  if (!found || !isVisible(caller, found.version))
    throw new Refused('NOT_FOUND', 'There is no such version of this model.');
  const deadline = performance.now() + waitMs;
  for (;;) {
    const row = await readGate(deps.database, found.version.id);
    if (!row) throw new Refused('NOT_FOUND', 'There is no such version of this model.');
    const gate = gateOf(row, row.lastEnded ?? undefined);
    const leftMs = deadline - performance.now();
    if (gate !== 'OPEN' || leftMs <= 0 || signal.aborted) return viewOf(deps, { model, version }, row, gate);
    await delay(Math.min(LOOK_EVERY_MS, leftMs));
  }
}

const readers = new WeakMap<Database, (versionId: string) => Promise<GateRow | undefined>>();

/** Everybody who waits at the same moment shares one look. */
function readGate(database: Database, versionId: string): Promise<GateRow | undefined> {
  let read = readers.get(database);
  if (!read) {
    read = gather(
      async (ids: readonly string[]) => {
        const rows = await readGates(database.pool, ids);
        return ids.map((id) => rows.get(id));
      },
      (id) => id,
      { mostAtOnce: 1000 },
    );
    readers.set(database, read);
  }
  return read(versionId);
}

function viewOf(
  deps: Deps,
  { model, version }: { model: string; version: string },
  row: GateRow,
  gate: GateView['gate'],
): GateView {
  const path = `/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`;
  return {
    modelVersionId: row.id,
    model,
    version,
    gate,
    stage: row.stage,
    outcome: gate === 'OPEN' ? null : (row.lastEnded?.outcome ?? null),
    reason: gate === 'OPEN' ? null : (row.lastEnded?.reason ?? null),
    waitingFor: row.waitingFor,
    conditions: row.conditions.map((condition) => ({ ...condition, dueAt: new Date(condition.dueAt).toISOString(), expiresAt: new Date(condition.expiresAt).toISOString() })), // prettier-ignore
    overridden: row.overrides.length > 0,
    overrides: row.overrides.map(({ signOff, afterOutcome }) => ({
      signOff,
      afterTheFact: afterTheFactOf(afterOutcome),
    })),
    links: { self: `${deps.publicUrl}/v1${path}/gate`, html: `${deps.publicUrl}${path}` },
  };
}
