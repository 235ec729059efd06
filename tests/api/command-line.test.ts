import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { serve, type ServerType } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '../../api/services/page.ts';
import type { ReviewSummary } from '../../api/schemas/views.ts';
import { buildFinding, buildSubmission } from '../support/build.ts';
import { webhookSecret } from '../support/house.ts';
import { openApi, type Api } from '../support/api.ts';

let api: Api;
let server: ServerType;
let url: string;
const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
beforeAll(async () => {
  api = await openApi();
  server = serve({ fetch: api.app.fetch, port: 0, hostname: '127.0.0.1' });
  const { port } = await new Promise<AddressInfo>((resolve) =>
    server.once('listening', () => resolve(server.address() as AddressInfo)),
  );
  url = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
  await api.close();
});

interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Runs the command line as somebody, or as nobody. */
async function run(as: string | undefined, ...args: string[]): Promise<Ran> {
  const root = resolve(import.meta.dirname, '../..');
  const env = {
    PATH: process.env['PATH'],
    COUNTERSIGN_URL: url,
    COUNTERSIGN_HOME: folder,
    COUNTERSIGN_WEBHOOK_SECRET: webhookSecret,
    ...(as === undefined ? {} : { COUNTERSIGN_TOKEN: api.tokenOf(as) }),
  };
  return new Promise((done) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', join(root, 'cli/main.ts'), ...args],
      { cwd: root, env },
      (error, out, err) => done({ code: typeof error?.code === 'number' ? error.code : error ? 99 : 0, out, err }),
    );
  });
}

const inFolder = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

// Each command is a process of its own, which takes its time on a busy machine.
describe('the command line', { timeout: 120_000 }, () => {
  it('submits a version from a file, and a repeat changes nothing', async () => {
    const submission = buildSubmission();
    const file = inFolder(
      'version.json',
      JSON.stringify({ type: 'model_version.submitted', timestamp: '2026-11-21T10:00:00Z', data: submission }),
    );
    const first = await run(undefined, 'submit', file, '--json');
    expect(first).toMatchObject({ code: 0, err: '' });
    const answer = JSON.parse(first.out) as { modelVersionId: string };
    const again = await run(undefined, 'submit', file, '--json');
    expect(JSON.parse(again.out)).toEqual({ ...answer, replayed: true });
    expect(await api.versionOf(answer.modelVersionId)).toMatchObject({
      model: submission.model,
      submittedBy: 'pipeline',
    });
  });

  it('lists what waits for me, shows it, and decides on exactly what it showed', async () => {
    const review = await api.plantReview({
      findings: [buildFinding({ id: 'fairness-selection:afam', verdict: 'WARN' })],
    });
    const list = await run('validator-1', 'reviews', '--json');
    expect((JSON.parse(list.out) as Page<ReviewSummary>).items.map(({ id }) => id)).toEqual([review.id]);
    const shown = await run('validator-1', 'review', review.id);
    expect(shown.out).toContain(`Is ${review.model} 1 sound?`);
    expect(shown.out).toContain('WARN fairness-selection:afam');
    const refused = await run(
      'validator-1',
      'decide',
      review.id,
      '--outcome',
      'APPROVED',
      '--reason',
      'Compared the groups one by one',
    );
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('DISPOSITION_REQUIRED');
    const disposition = 'fairness-selection:afam=RESTRICTED:Decided by hand: see the plan';
    const decided = await run(
      'validator-1',
      'decide',
      review.id,
      '--outcome',
      'APPROVED',
      '--reason',
      'Compared the groups one by one',
      '--disposition',
      disposition,
      '--json',
    );
    expect(decided.code).toBe(0);
    expect(JSON.parse(decided.out)).toMatchObject({
      decision: { outcome: 'APPROVED', by: 'validator-1' },
      review: { state: 'COMPLETED' },
    });
    const { rows } = await api.database.pool.query<{ form: unknown }>(
      'SELECT form FROM decisions WHERE review_id = $1',
      [review.id],
    );
    expect(rows[0]?.form).toEqual({
      dispositions: [
        { finding: 'fairness-selection:afam', disposition: 'RESTRICTED', reason: 'Decided by hand: see the plan' },
      ],
    });
  });

  it('exports the journal and proves it without the server, and finds a changed entry', async () => {
    const file = join(folder, 'journal.ndjson');
    expect((await run('auditor', 'journal', 'export', '-o', file)).code).toBe(0);
    expect(await run('auditor', 'journal', 'verify')).toMatchObject({ code: 0 });
    expect(await run(undefined, 'journal', 'verify', '--file', file)).toMatchObject({ code: 0, err: '' });
    const text = readFileSync(file, 'utf8');
    const changed = inFolder('changed.ndjson', text.replace('data-scientist-1', 'data-scientist-9'));
    expect(readFileSync(changed, 'utf8')).not.toBe(text);
    const broken = await run(undefined, 'journal', 'verify', '--file', changed, '--json');
    expect(broken.code).toBe(1);
    expect(JSON.parse(broken.out)).toMatchObject({
      ok: false,
      broken: { stream: expect.stringMatching(/^mver_/) as unknown, position: 1 },
    });
  });

  it('names file, line, column and field of each mistake in a policy, and publishes one without any', async () => {
    const source = readFileSync(resolve(import.meta.dirname, '../../policies/low.yaml'), 'utf8');
    const wrong = inFolder('wrong.yaml', source.replace(/^riskTier: .*$/m, 'riskTier: none'));
    const checked = await run(undefined, 'policy', 'check', wrong);
    expect(checked.code).toBe(1);
    expect(checked.out).toMatch(new RegExp(`^${wrong}:\\d+:\\d+ riskTier: `));
    const right = inFolder('right.yaml', source.replace(/^title: .*$/m, 'title: Low risk, shorter'));
    const published = await run('admin', 'policy', 'publish', right, '--reason', 'A shorter title');
    expect(published).toMatchObject({ code: 0, err: '' });
    expect(published.out).toMatch(/^Published low version 2, sha256:/);
    expect((await run('admin', 'policy', 'publish', right, '--reason', 'A shorter title')).out).toMatch(
      /^Stands already: low version 2/,
    );
    expect(await run('compliance-1', 'policy', 'publish', wrong, '--reason', 'Mine')).toMatchObject({ code: 1 });
  });

  it('acts as a person of the demonstration by demo.json', async () => {
    inFolder(
      'demo.json',
      JSON.stringify({
        url: 'http://127.0.0.1:9',
        webhook: { secret: webhookSecret },
        people: [{ handle: 'admin', token: api.tokenOf('admin') }],
      }),
    );
    const people = await run(undefined, '--as', 'admin', 'admin', 'people');
    expect(people).toMatchObject({ code: 0, err: '' });
    expect(people.out).toMatch(/^pipeline\s+Training pipeline\s+service_account\s+submitter/m);
    expect(await run(undefined, '--as', 'stranger', 'reviews')).toMatchObject({
      code: 1,
      err: expect.stringContaining('stranger') as unknown,
    });
  });

  it('tells wrong use (2) from what was refused or failed (1), and says what to do', async () => {
    const use: [string[], number, string][] = [
      [['decide', 'rev_1'], 2, '--outcome'],
      [['nonsense'], 2, 'unknown command'],
      [['reviews', '--limit', '0'], 2, '1 to 200'],
      [['decide', 'rev_1', '--outcome', 'APPROVED', '--reason', 'x', '--disposition', 'f=MAYBE:x'], 2, 'ACCEPTED'],
      [['review', 'rev_unknown'], 1, 'NOT_FOUND'],
      [['submit', join(folder, 'none.json')], 1, 'none.json'],
    ];
    for (const [args, code, says] of use)
      expect({ args, ...(await run('auditor', ...args)) }).toMatchObject({
        args,
        code,
        err: expect.stringContaining(says) as unknown,
      });
    expect(await run(undefined, 'reviews')).toMatchObject({
      code: 1,
      err: expect.stringContaining('COUNTERSIGN_TOKEN') as unknown,
    });
  });
});
