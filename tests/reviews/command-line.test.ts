import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlantedReview } from '../support/api.ts';
import { openCommandLine, type CommandLine } from '../support/command-line.ts';

let commandLine: CommandLine;
let api: CommandLine['api'];
beforeAll(async () => {
  commandLine = await openCommandLine();
  ({ api } = commandLine);
});
afterAll(() => commandLine.close());

const run: CommandLine['run'] = (...words) => commandLine.run(...words);

// Each command is a process of its own, which takes its time on a busy machine.
describe('countersign review', { timeout: 120_000 }, () => {
  let review: PlantedReview;
  beforeAll(async () => {
    review = await api.plantReview();
  });

  it('does with a review what its verb says, and says how it stands', async () => {
    const does = (as: string, ...words: string[]) => run(as, 'review', review.id, ...words);
    expect(await does('validator-1', 'claim')).toMatchObject({
      code: 0,
      out: expect.stringContaining('validator-1 has it'),
    });
    expect((await does('validator-1', 'delegate', '--to', 'validator-2', '--reason', 'On leave')).out).toContain(
      'validator-2 has it, delegated by validator-1',
    );
    expect((await does('validator-2', 'ask', 'Which rows', 'were dropped?')).out).toContain('Asked data-scientist-1');
    expect((await does('data-scientist-1', 'answer', 'Those without a label')).out).toContain('RESERVED');
    expect((await does('auditor', 'comment', 'Seen, @validator-2')).out).toContain('named validator-2');
    const file = commandLine.inFolder('rows.csv', 'id\n1\n');
    expect((await does('validator-2', 'attach', file)).out).toContain('rows.csv lies there');
    expect((await does('auditor', 'comments')).out.split('\n').slice(0, 3)).toEqual([
      expect.stringContaining('(question): Which rows were dropped?'),
      expect.stringContaining('(answer): Those without a label'),
      expect.stringContaining('auditor: Seen, @validator-2'),
    ]);
    expect((await does('auditor', 'candidates')).out).toContain('validator-1');
  });

  it('ends with 1 when it is refused and with 2 when it was used wrongly', async () => {
    expect(await run('auditor', 'review', review.id, 'claim')).toMatchObject({
      code: 1,
      err: expect.stringContaining('NOT_ELIGIBLE'),
    });
    expect(await run('auditor', 'review', review.id, 'shred')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no verb shred'),
    });
    expect(await run('validator-1', 'review', review.id, 'delegate', '--reason', 'x')).toMatchObject({ code: 2 });
  });

  it('lists the conditions of a version, and calls one done for its owner alone', async () => {
    const decided = await api.plantReview();
    const due = new Date(Date.now() + 86_400_000).toISOString();
    await api.house.database.pool.query(
      `INSERT INTO conditions (id, model_version_id, review_id, decision_id, text, owner, due_at, expires_at, state) VALUES ('cond_line', $1, $2, 'dec_line', 'Write the plan', 'data-scientist-1', $3, $3, 'OPEN')`,
      [decided.modelVersionId, decided.id, due],
    );
    expect((await run('auditor', 'conditions', decided.model, '1')).out).toMatch(
      /cond_line +OPEN +data-scientist-1 .*Write the plan/,
    );
    const gate = await run('pipeline', 'wait', decided.model, '1', '--timeout', '1');
    expect(gate).toMatchObject({ code: 3, out: expect.stringContaining('on condition: Write the plan') });
    const fulfil = ['condition', 'fulfil', 'cond_line', '--reason', 'It lies beside the model card'];
    expect(await run('validator-1', ...fulfil)).toMatchObject({ code: 1, err: expect.stringContaining('FORBIDDEN') });
    expect(await run('data-scientist-1', ...fulfil)).toMatchObject({ code: 0, out: 'The condition is FULFILLED: Write the plan\n' }); // prettier-ignore
  });

  it('keeps absences and qualifications', async () => {
    const inDays = (days: number) => new Date(Date.now() + 86_400_000 * days).toISOString();
    const times = ['--from', inDays(30), '--until', inDays(90)];
    const said = await run('compliance-1', 'absence', 'set', ...times, '--deputy', 'compliance-2', '--json');
    expect(JSON.parse(said.out)).toMatchObject({ deputy: 'compliance-2' });
    expect((await run('compliance-1', 'absence', 'list')).out).toContain('compliance-2');
    const { id } = JSON.parse(said.out) as { id: string };
    expect((await run('compliance-1', 'absence', 'clear', id)).out).toBe('You are there.\n');
    const qualified = await run(
      'admin',
      'admin',
      'qualify',
      'validator-1',
      'credit-models',
      '--reason',
      'Passed the course',
    );
    expect(qualified.out).toBe('validator-1 is qualified for credit-models.\n');
    const changed = await run(
      'admin',
      'admin',
      'change-person',
      'pipeline',
      '--accountable',
      'data-scientist-2',
      '--reason',
      'Runs it',
    );
    expect(changed).toMatchObject({ code: 0 });
  });
});
