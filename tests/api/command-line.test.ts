import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '../../api/services/page.ts';
import type { ReviewSummary } from '../../api/schemas/views.ts';
import { buildFinding, buildSubmission, uniqueName } from '../support/build.ts';
import { openCommandLine, type CommandLine } from '../support/command-line.ts';
import { webhookSecret } from '../support/seed.ts';

let commandLine: CommandLine;
let api: CommandLine['api'];
let folder: string;
beforeAll(async () => {
  commandLine = await openCommandLine();
  ({ api, folder } = commandLine);
});
afterAll(() => commandLine.close());

const run: CommandLine['run'] = (...words) => commandLine.run(...words);
const runWith: CommandLine['runWith'] = (...words) => commandLine.runWith(...words);
const inFolder: CommandLine['inFolder'] = (name, content) => commandLine.inFolder(name, content);

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

  describe('decides', () => {
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
    /** Each time with other words, as the policy wants. */
    const approve = () => [
      '--outcome',
      'APPROVED',
      '--reason',
      `Compared the groups one by one, ${uniqueName('note')}`,
    ];
    const questions = [
      { name: 'monitored', label: 'Is it monitored?', required: true, type: 'boolean' },
      { name: 'share', label: 'Share of the traffic', required: true, type: 'number', minimum: 0, maximum: 1 },
      { name: 'plan', label: 'Where is the plan?', required: false, type: 'text', maxLength: 100 },
    ];
    /** A review on whose form the policy asks this. */
    const plantAsking = async (form: object[]) => {
      const review = await api.plantReview();
      await api.database.pool.query(`UPDATE reviews SET terms = jsonb_set(terms, '{signOff,form}', $2) WHERE id = $1`, [
        review.id,
        JSON.stringify(form),
      ]);
      return review;
    };
    const formOf = async (reviewId: string) =>
      (await api.database.pool.query<{ form: unknown }>('SELECT form FROM decisions WHERE review_id = $1', [reviewId]))
        .rows[0]?.form;

    it('with answers to the questions that it showed, as the types that the policy wants', async () => {
      const review = await plantAsking(questions);
      const shown = await run('validator-1', 'review', review.id);
      expect(shown.out).toContain('monitored (true or false, required): Is it monitored?');
      const wrong = await run('validator-2', 'decide', review.id, ...approve(), '--field', 'monitored=perhaps', '--field', 'other=1'); // prettier-ignore
      expect(wrong).toMatchObject({ code: 1, out: '' });
      for (const problem of ['monitored: is neither', 'share: is required', 'other: is not asked'])
        expect(wrong.err).toContain(`/form/fields/${problem}`);
      const fields = ['--field', 'monitored=true', '--field', 'share=0.25', '--field', 'plan=see wiki?page=3'];
      expect(await run('validator-2', 'decide', review.id, ...approve(), ...fields)).toMatchObject({ code: 0 });
      expect(await formOf(review.id)).toEqual({
        dispositions: [],
        fields: { monitored: true, share: 0.25, plan: 'see wiki?page=3' },
      });
    });

    it('on conditions, of which the review tells then', async () => {
      const review = await plantAsking([]);
      const [due, expires] = [inDays(7), inDays(14)];
      const conditions = [
        '--condition',
        `Write the plan; all of it;owner=data-scientist-1;due=${due}`,
        '--condition',
        `Recalibrate; owner=data-scientist-2; due=${due}; expires=${expires}`,
      ];
      expect(await run('validator-1', 'decide', review.id, ...approve(), ...conditions)).toMatchObject({ code: 0 });
      expect(await formOf(review.id)).toEqual({
        dispositions: [],
        conditions: [
          { text: 'Write the plan; all of it', owner: 'data-scientist-1', dueAt: due },
          { text: 'Recalibrate', owner: 'data-scientist-2', dueAt: due, expiresAt: expires },
        ],
      });
      const { out } = await run('auditor', 'review', review.id);
      expect(out).toContain(`on condition: Write the plan; all of it (data-scientist-1, due ${due})`);
    });

    it('so that it counts at an instant if a check still holds, and says that it does not count before', async () => {
      const review = await plantAsking([]);
      const countsAt = inDays(7);
      const wrong = await run('validator-1', 'decide', review.id, ...approve(), '--deferral', `nonsense@${countsAt}`);
      expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('/form/deferral/check') as unknown });
      const said = await run(
        'validator-1',
        'decide',
        review.id,
        ...approve(),
        '--deferral',
        `completeness@${countsAt}`,
      );
      expect(said).toMatchObject({ code: 0, out: expect.stringContaining(`counts at ${countsAt}`) as unknown });
      const { items } = await api.read<{ items: unknown[] }>(`/v1/reviews/${review.id}/deferrals`);
      expect(items).toEqual([expect.objectContaining({ by: 'validator-1', check: 'completeness', state: 'PENDING' })]);
      expect(await formOf(review.id)).toBeUndefined();
    });

    it('with a form from a file or standard input, to which options add', async () => {
      const review = await plantAsking(questions);
      const form = JSON.stringify({ fields: { monitored: false, share: 0.5 } });
      const misspelled = inFolder('form.json', JSON.stringify({ field: { monitored: false } }));
      const refused = await run('validator-1', 'decide', review.id, ...approve(), '--form', misspelled);
      expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('form.json is no form') as unknown });
      const said = await runWith(form, 'validator-1', 'decide', review.id, ...approve(), '--form', '-', '--field', 'share=0.1'); // prettier-ignore
      expect(said).toMatchObject({ code: 0 });
      expect(await formOf(review.id)).toEqual({ dispositions: [], fields: { monitored: false, share: 0.1 } });
    });
  });

  it('publishes a policy from standard input', async () => {
    const source = readFileSync(resolve(import.meta.dirname, '../../policies/medium.yaml'), 'utf8');
    const shorter = source.replace(/^title: .*$/m, 'title: Medium risk, shorter');
    const published = await runWith(shorter, 'admin', 'policy', 'publish', '-', '--reason', 'A shorter title');
    expect(published).toMatchObject({ code: 0, out: expect.stringMatching(/^Published medium version 2/) as unknown });
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

  it('keeps the approvals of a span of days as a file, or prints them', async () => {
    const review = await api.plantReview();
    await api.decideOn(review, 'validator-1', { reason: 'Shown in the spreadsheet' });
    const file = join(folder, 'approvals.csv');
    const [today, tomorrow] = [0, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10));
    expect(await run('auditor', 'journal', 'approvals', '--from', today!, '-o', file)).toMatchObject({ code: 0 });
    expect(readFileSync(file, 'utf8')).toContain('Shown in the spreadsheet');
    const printed = await run('auditor', 'journal', 'approvals', '--from', today!, '--to', tomorrow!, '--format', 'json'); // prettier-ignore
    expect((JSON.parse(printed.out) as { items: { reason: string }[] }).items.map(({ reason }) => reason)).toContain('Shown in the spreadsheet'); // prettier-ignore
    expect(await run('auditor', 'journal', 'approvals', '--from', 'yesterday')).toMatchObject({
      code: 1,
      err: expect.stringContaining('from') as unknown,
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
      [['decide', 'rev_1', '--outcome', 'APPROVED', '--reason', 'x', '--condition', 'Write it;due=2026-12-07T09:00:00Z'], 2, 'owner=handle'],
      [['decide', 'rev_1', '--outcome', 'APPROVED', '--reason', 'x', '--deferral', 'completeness'], 2, 'check@instant'],
      [['decide', 'rev_1', '--outcome', 'APPROVED', '--reason', 'x', '--field', 'monitored'], 2, 'name=value'],
      [['policy', 'simulate', '--id', 'low', '--policy-version', 'two'], 2, 'whole number'],
      [['review', 'rev_unknown'], 1, 'NOT_FOUND'],
      [['submit', join(folder, 'none.json')], 1, 'none.json'],
    ]; // prettier-ignore
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
