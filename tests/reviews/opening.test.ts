import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Policy } from '../../domain/policy.ts';
import { Refused } from '../../domain/errors.ts';
import { absences, people, reviewCandidates } from '../../db/schema/index.ts';
import { eq, sql } from 'drizzle-orm';
import type { ReviewRow } from '../../db/queries/reviews.ts';
import { parsePolicy } from '../../policies/parse-policy.ts';
import { buildPolicy, buildSubmission, uniqueName } from '../support/build.ts';
import { openHouse, type House } from '../support/house.ts';
import { openRealReview } from '../support/open-real-review.ts';

let house: House;
let clock = new Date('2026-11-27T16:00:00Z');
beforeAll(async () => {
  const change = (extras: Partial<Policy['validation']['signOff']>) => (policy: Policy) =>
    void Object.assign(policy.validation.signOff, extras);
  house = await openHouse({
    withWorkers: false,
    policies: [
      buildPolicy('low', (policy) => {
        change({ dueIn: 'P1DT2H' })(policy);
        policy.calendar = {
          timeZone: 'Europe/Berlin',
          workdays: [1, 2, 3, 4, 5],
          hours: { from: '09:00', to: '17:00' },
          holidays: ['2026-11-30'],
        };
      }),
      buildPolicy('medium', change({ quorum: 2, fallback: ['domain-expert', 'data-scientist-1'] })),
      buildPolicy('high', change({
        groups: ['credit'],
        eligible: 'person.department == "risk" && model.riskTier == "high"',
        form: [
          { name: 'monitored', label: 'Is there a plan?', type: 'boolean', required: true, when: { outcome: 'APPROVED' } },
          { name: 'plan', label: 'Where is it?', type: 'text', required: true, maxLength: 50, when: { field: 'monitored', equals: true } },
        ],
      })),
    ],
  });
}); // prettier-ignore
afterAll(() => house.close());

const opens = (riskTier: 'low' | 'medium' | 'high', change: Parameters<typeof buildSubmission>[0] = {}) =>
  openRealReview({ ...house.deps, now: () => clock }, buildSubmission({ riskTier, ...change }));
const asked = async (review: ReviewRow) =>
  (await house.database.db.select().from(reviewCandidates).where(eq(reviewCandidates.reviewId, review.id)))
    .map(({ handle, via, onBehalfOf }) => ({ handle, via, onBehalfOf }))
    .sort((a, b) => a.handle.localeCompare(b.handle));
const knows = (handle: string, change: Partial<typeof people.$inferInsert>) =>
  house.database.db.update(people).set(change).where(eq(people.handle, handle));
const forget = () =>
  house.database.db
    .update(people)
    .set({ groups: [], aliases: [], accountable: null })
    .where(sql`true`);

describe('a review that opens', () => {
  it('is due in working time, past weekend, holiday and the end of the day', async () => {
    clock = new Date('2026-11-27T15:00:00Z');
    const review = await opens('low');
    // Friday 16:00 in Berlin, one working day and two hours: Monday is a holiday, so Tuesday 16:00, and one hour of Wednesday.
    expect(review.dueAt.toISOString()).toBe('2026-12-02T09:00:00.000Z');
  });

  it('asks nobody who wrote its code or answers for the pipeline, and says why in the journal', async () => {
    await knows('validator-1', { aliases: ['v.okafor@git.example'] });
    await knows('pipeline', { accountable: 'validator-2' });
    const authors = ['Vera <V.Okafor@git.example>'];
    const review = await opens('low', { lineage: { code: { repository: 'r', commit: 'c', authors } } });
    expect(await asked(review)).toEqual([]);
    expect(review.terms).toMatchObject({ commitAuthors: authors, accountable: 'validator-2' });
    const [opened] = (await house.journalOf(review.modelVersionId)).filter(({ type }) => type === 'review.opened');
    expect(opened?.data['excluded']).toEqual([
      { handle: 'validator-1', why: 'wrote code of this version' },
      { handle: 'validator-2', why: 'answers for pipeline, which delivered this version' },
    ]);
    expect(opened?.reason).toContain('Only 0 of the 1 people it needs may decide');
    await expect(house.decide(review, 'validator-1', 'APPROVED')).rejects.toMatchObject({ code: 'SELF_REVIEW' });
    await forget();
  });

  it('goes to the fallback with a stated reason when too few may decide', async () => {
    const review = await opens('medium', { contributors: ['validator-2'] });
    expect(await asked(review)).toEqual([
      { handle: 'domain-expert', via: 'fallback', onBehalfOf: null },
      { handle: 'validator-1', via: null, onBehalfOf: null },
    ]);
    const [rerouted] = (await house.journalOf(review.modelVersionId)).filter(({ type }) => type === 'review.rerouted');
    expect(rerouted).toMatchObject({
      reason: '1 of the 2 people it needs may decide: validator-2 is the contributor of this version; data-scientist-1 is the author of this version. domain-expert is asked instead.',
      data: { asked: ['domain-expert'] },
    }); // prettier-ignore
    expect((await house.decide(review, 'domain-expert', 'APPROVED')).receipt.review.state).toBe('READY');
  });

  it('asks deputies of people who are away, in their name', async () => {
    await knows('validator-1', { groups: ['credit'], department: 'risk' });
    await knows('validator-2', { department: 'risk' });
    const id = uniqueName('abs');
    await house.database.db.insert(absences).values({ id, handle: 'validator-1', deputy: 'validator-2', startsAt: new Date(clock.getTime() - 1000), endsAt: new Date(clock.getTime() + 86_400_000), createdAt: clock }); // prettier-ignore
    expect(await asked(await opens('high'))).toEqual([
      { handle: 'validator-1', via: null, onBehalfOf: null },
      { handle: 'validator-2', via: 'deputy', onBehalfOf: 'validator-1' },
    ]);
    await house.database.db.update(absences).set({ canceledAt: clock }).where(eq(absences.id, id));
    await forget();
  });

  it('asks the questions of its policy: wrong answers are named, right ones stand in the journal', async () => {
    await knows('validator-1', { groups: ['credit'], department: 'risk' });
    const review = await opens('high');
    const approves = (fields?: Record<string, string | boolean>) =>
      house.decide(review, 'validator-1', 'APPROVED', { form: { dispositions: [], ...(fields && { fields }) } });
    const refusal = await approves({ monitored: true, colour: 'blue' }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refused);
    expect(refusal).toMatchObject({
      code: 'INVALID',
      errors: [
        { pointer: '/form/fields/plan', message: 'is required' },
        { pointer: '/form/fields/colour', message: 'is not asked here' },
      ],
    });
    await expect(approves()).rejects.toMatchObject({ errors: [{ pointer: '/form/fields/monitored' }] });
    await approves({ monitored: true, plan: 'In the wiki' });
    const entries = await house.journalOf(review.modelVersionId);
    expect(entries.find(({ type }) => type === 'decision.recorded')?.data['fields']).toEqual({
      monitored: true,
      plan: 'In the wiki',
    });
    await forget();
  });
});

describe('a policy about people', () => {
  const source = readFileSync(new URL('../../policies/low.yaml', import.meta.url), 'utf8');
  const withLine = (line: string) =>
    source.replace(/^( +)roles: \[.*$/m, (match, space: string) => `${match}\n${space}${line}`);

  it.each([
    ['an expression that names what is not there', 'eligible: person.age > 3', 'validation.signOff.eligible', 'No such key'],
    ['an expression that is no condition', 'eligible: person.handle', 'validation.signOff.eligible', 'not true or false'],
    ['an expression that does not end', 'eligible: "(person.handle"', 'validation.signOff.eligible', ''],
    ['a question that depends on a later one', 'form: [{ name: a, label: What is it?, type: text, when: { field: b } }]', 'validation.signOff.form[0]', 'no earlier field'],
  ])('is refused with %s, where it stands', (_, line, path, message) => {
    const parsed = parsePolicy(withLine(line), 'low.yaml');
    expect(parsed).toMatchObject({ ok: false, problems: [{ path, message: expect.stringContaining(message) }] });
    const { line: at } = 'problems' in parsed ? parsed.problems[0]! : { line: 0 };
    expect(withLine(line).split('\n')[at - 1]).toContain(line.split(':')[0]);
  }); // prettier-ignore

  it('is taken with an expression over person, model and version', () => {
    const line = `eligible: '"credit" in person.groups && person.handle != version.owner && model.task == "regression"'`;
    expect(parsePolicy(withLine(line), 'low.yaml').ok).toBe(true);
  });
});
