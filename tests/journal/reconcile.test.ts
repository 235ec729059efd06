import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import pg from 'pg';
import { reconcile } from '../../api/services/reconcile.ts';
import { repairWorkflows } from '../../api/services/repair-workflows.ts';
import type { Difference } from '../../domain/reconciliation.ts';
import { describeWorkflow } from '../../relay/describe-workflow.ts';
import { startSealer, type Sealer } from '../../sealing/sealer.ts';
import { buildSubmission } from '../support/build.ts';
import { callerOf, openHouse, type House } from '../support/house.ts';
import { superuserUrlOf } from '../support/plant-journal.ts';
import { createSecondPlace, type SecondPlace } from '../support/seal.ts';

vi.setConfig({ testTimeout: 120_000 });

let house: House;
let version: string;
let processId: string;
let intruder: pg.Client;
let place: SecondPlace;
let sealer: Sealer;

beforeAll(async () => {
  house = await openHouse();
  place = createSecondPlace();
  sealer = startSealer({
    database: house.database,
    ...place,
    now: house.now,
    onError: () => undefined,
    intervalMs: 50,
  });
  intruder = new pg.Client({ connectionString: superuserUrlOf(house.databaseUrls) });
  await intruder.connect();
  await intruder.query('SET session_replication_role = replica');
  ({ modelVersionId: version } = await house.submit(buildSubmission()));
  processId = await vi.waitUntil(async () => (await house.reviewsOf(version))[0]?.processId, { timeout: 25_000 });
});
afterAll(async () => {
  await intruder?.end();
  await sealer?.stop();
  place?.remove();
  await house?.close();
});

const look = async () => {
  const { client } = house.engine!;
  const deps = { ...house.deps, describeWorkflow: (id: string) => describeWorkflow(client, id) };
  return reconcile(deps, callerOf('auditor'));
};
const standing = async () => (await look()).differences.filter((difference) => !difference.isInFlight);

/** What is found while the change stands; everything is put back afterwards. */
async function foundWith(change: string, undo: string): Promise<Difference[]> {
  await intruder.query(change);
  try {
    return await standing();
  } finally {
    await intruder.query(undo);
  }
}

describe('reconciling', () => {
  it('finds nothing in a house where versions wait, were approved, rejected and withdrawn', async () => {
    const approved = await house.submit(buildSubmission());
    const [first] = await house.openReviews(approved.modelVersionId);
    await house.decide(first!, 'validator-1', 'APPROVED');
    await expect
      .poll(async () => (await house.versionOf(approved.modelVersionId)).stage, { timeout: 60_000 })
      .not.toBe('validating');
    const rejected = await house.submit(buildSubmission());
    const [second] = await house.openReviews(rejected.modelVersionId);
    await house.decide(second!, 'validator-1', 'REJECTED');
    await house.stage(rejected.modelVersionId, 'rejected');
    const submission = buildSubmission();
    const withdrawn = await house.submit(submission);
    await house.openReviews(withdrawn.modelVersionId);
    await house.send({
      type: 'model_version.withdrawn',
      data: { model: submission.model, version: submission.version, reason: 'Trained on the wrong files.' },
    });
    await house.lifecycleOutcome(withdrawn.processId);
    const { checked } = await look();
    expect(checked).toMatchObject({ versions: 4, decisions: 2 });
    await expect.poll(async () => (await look()).differences, { timeout: 60_000 }).toEqual([]);
  });

  it.each<[string, string, () => [change: string, undo: string]]>([
    [
      'stage',
      'a stage that no entry explains',
      () => [
        `UPDATE model_versions SET stage = 'approved' WHERE id = '${version}'`,
        `UPDATE model_versions SET stage = 'validating' WHERE id = '${version}'`,
      ],
    ],
    [
      'review_state',
      'a review that was closed without an entry',
      () => [
        `UPDATE reviews SET state = 'COMPLETED', outcome = 'APPROVED', closed_at = now() WHERE process_id = '${processId}'`,
        `UPDATE reviews SET state = 'READY', outcome = NULL, closed_at = NULL WHERE process_id = '${processId}'`,
      ],
    ],
    [
      'entry_without_review',
      'a review that was deleted',
      () => [
        `CREATE TABLE kept AS TABLE reviews; DELETE FROM reviews WHERE process_id = '${processId}'`,
        `INSERT INTO reviews SELECT * FROM kept WHERE process_id = '${processId}'; DROP TABLE kept`,
      ],
    ],
    [
      'review_without_entry',
      'a review that no entry opened',
      () => [
        `INSERT INTO reviews SELECT (jsonb_populate_record(r, '{"id": "rev_planted", "sign_off": "planted"}')).* FROM reviews r WHERE process_id = '${processId}'`,
        `DELETE FROM reviews WHERE id = 'rev_planted'`,
      ],
    ],
    [
      'entry_without_decision',
      'a decision that was deleted',
      () => [
        `CREATE TABLE kept AS TABLE decisions; DELETE FROM decisions`,
        `INSERT INTO decisions SELECT * FROM kept; DROP TABLE kept`,
      ],
    ],
    [
      'decision_outcome',
      'a decision that was turned round',
      () => [
        `UPDATE decisions SET outcome = 'ABSTAINED' WHERE outcome = 'REJECTED'`,
        `UPDATE decisions SET outcome = 'REJECTED' WHERE outcome = 'ABSTAINED'`,
      ],
    ],
    [
      'decision_without_entry',
      'a decision that nobody journaled',
      () => [
        `INSERT INTO decisions SELECT (jsonb_populate_record(d, '{"id": "dec_planted", "handle": "nobody"}')).* FROM decisions d LIMIT 1`,
        `DELETE FROM decisions WHERE id = 'dec_planted'`,
      ],
    ],
    [
      'process_state',
      'a process that ended without an entry',
      () => [
        `UPDATE processes SET state = 'COMPLETED', outcome = 'VALIDATED', ended_at = now() - interval '1 hour' WHERE id = '${processId}'`,
        `UPDATE processes SET state = 'RUNNING', outcome = NULL, ended_at = NULL WHERE id = '${processId}'`,
      ],
    ],
    [
      'workflow_runs_on',
      'a workflow that runs on behind an ended process',
      () => [
        `UPDATE processes SET state = 'COMPLETED', outcome = 'VALIDATED', ended_at = now() - interval '1 hour' WHERE id = '${processId}'`,
        `UPDATE processes SET state = 'RUNNING', outcome = NULL, ended_at = NULL WHERE id = '${processId}'`,
      ],
    ],
    [
      'entry_without_process',
      'a process that was deleted',
      () => [
        `CREATE TABLE kept AS TABLE processes; DELETE FROM processes WHERE id = '${processId}'`,
        `INSERT INTO processes SELECT * FROM kept WHERE id = '${processId}'; DROP TABLE kept`,
      ],
    ],
    [
      'process_without_entry',
      'a process that no entry began',
      () => [
        `INSERT INTO processes SELECT (jsonb_populate_record(p, '{"id": "proc_planted", "round": 7}')).* FROM processes p WHERE id = '${processId}'`,
        `DELETE FROM processes WHERE id = 'proc_planted'`,
      ],
    ],
    [
      'head',
      'a head that is behind its entries',
      () => [
        `UPDATE journal_heads SET position = position - 1 WHERE stream = '${version}'`,
        `UPDATE journal_heads SET position = position + 1 WHERE stream = '${version}'`,
      ],
    ],
    [
      'entries_without_version',
      'a version that was deleted',
      () => [
        `CREATE TABLE kept AS TABLE model_versions; DELETE FROM model_versions WHERE id = '${version}'`,
        `INSERT INTO model_versions SELECT * FROM kept WHERE id = '${version}'; DROP TABLE kept`,
      ],
    ],
    [
      'version_without_entries',
      'a stream that was deleted',
      () => [
        `CREATE TABLE kept AS TABLE journal.entries; DELETE FROM journal.entries WHERE stream = '${version}'`,
        `INSERT INTO journal.entries SELECT * FROM kept WHERE stream = '${version}'; DROP TABLE kept`,
      ],
    ],
    [
      'entry_unreadable',
      'an entry that is no JSON',
      () => [
        `CREATE TABLE kept AS TABLE journal.entries; UPDATE journal.entries SET content = '\\xff00' WHERE stream = '${version}' AND position = 2`,
        `DELETE FROM journal.entries; INSERT INTO journal.entries SELECT * FROM kept; DROP TABLE kept`,
      ],
    ],
    [
      'process_without_workflow',
      'a process whose workflow is lost',
      () => [
        `UPDATE processes SET workflow_id = 'process/lost', started_at = now() - interval '1 hour' WHERE id = '${processId}'`,
        `UPDATE processes SET workflow_id = 'process/${processId}' WHERE id = '${processId}'`,
      ],
    ],
    [
      'process_not_told',
      'a process that did not hear that its review is closed',
      () => [
        `UPDATE reviews SET closed_at = now() - interval '1 hour' WHERE process_id = '${processId}'`,
        `UPDATE reviews SET closed_at = NULL WHERE process_id = '${processId}'`,
      ],
    ],
    [
      'not_sealed',
      'entries that nobody seals',
      () => [
        `CREATE TABLE kept AS TABLE journal.leaves; DELETE FROM journal.leaves; UPDATE journal.entries SET at = at - interval '1 hour'`,
        `UPDATE journal.entries SET at = at + interval '1 hour'; INSERT INTO journal.leaves SELECT * FROM kept; DROP TABLE kept`,
      ],
    ],
  ])('names %s: %s', async (kind, _what, sql) => {
    const [change, undo] = sql();
    expect((await foundWith(change, undo)).map((difference) => difference.kind)).toContain(kind);
    expect(await standing()).toEqual([]);
  });

  it('names a line that waits in the outbox for more than a minute, and what it waits for as in flight', async () => {
    await intruder.query(
      `INSERT INTO outbox (workflow_id, message, created_at, available_at) VALUES ('process/lost', '{"do":"tell"}', now() - interval '2 minutes', now() + interval '1 hour')`,
    );
    await intruder.query(
      `UPDATE processes SET workflow_id = 'process/lost', started_at = now() - interval '1 hour' WHERE id = '${processId}'`,
    );
    const { differences } = await look();
    await intruder.query(`UPDATE processes SET workflow_id = 'process/${processId}' WHERE id = '${processId}'`);
    await intruder.query('DELETE FROM outbox');
    expect(differences.map(({ kind, isInFlight }) => [kind, isInFlight])).toEqual([
      ['process_without_workflow', true],
      ['outbox_waits', true],
    ]);
  });

  it('is for administrators and auditors', async () => {
    const deps = { ...house.deps, describeWorkflow: async () => 'RUNNING' as const };
    await expect(reconcile(deps, callerOf('validator-1'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(repairWorkflows(house.deps, callerOf('auditor'), [])).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('repairing', () => {
  it('begins a lost process again, which then ends by the decision that was given meanwhile, and journals that', async () => {
    const { modelVersionId } = await house.submit(buildSubmission());
    const [review] = await house.openReviews(modelVersionId);
    const { client } = house.engine!;
    // Temporal forgets the workflow: the row names one that never was.
    const lost = `process/lost-${review!.processId}`;
    await client.workflow.getHandle(`process/${review!.processId}`).terminate('lost');
    await intruder.query(
      `UPDATE processes SET workflow_id = '${lost}', started_at = now() - interval '1 hour' WHERE id = '${review!.processId}'`,
    );
    await house.decide(review!, 'validator-1', 'APPROVED');
    await intruder.query(`DELETE FROM outbox WHERE workflow_id = 'process/${review!.processId}'`);
    const found = await standing();
    expect(found.map((difference) => difference.kind)).toContain('process_without_workflow');
    expect(await repairWorkflows(house.deps, callerOf('admin'), found)).toEqual([lost]);
    await expect
      .poll(
        async () =>
          (await house.processesOf(modelVersionId)).find((process) => process.id === review!.processId)?.outcome,
        { timeout: 60_000 },
      )
      .toBe('VALIDATED');
    expect((await house.journalOf(modelVersionId)).map((entry) => entry.type)).toContain('process.recreated');
  });
});
