import { ApplicationFailure } from '@temporalio/activity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../domain/evidence.ts';
import { buildEvidence, buildFinding, buildPolicy, buildSubmission, digestOf } from '../support/build.ts';
import { openHouse, type House } from '../support/house.ts';

const fairness = buildFinding({
  id: 'fairness:afam',
  check: 'fairness',
  title: 'Selection rates',
  verdict: 'FAIL',
  blocking: false,
  value: 0.09,
  threshold: '≥ 0.8',
  message: 'Rates differ.',
});
const floor = buildFinding({ verdict: 'FAIL', value: 0.483, message: 'ROC AUC is 0.483 on 595 rows.' });
/** What the evidence says, by model name. */
const findingsOf = new Map<string, Finding[]>();

/** Models whose evidence cannot be computed. */
const impossible = new Set<string>();

let house: House;
beforeAll(async () => {
  const shortly = buildPolicy('low', (policy) => {
    policy.id = 'low';
    policy.validation.signOff.dueIn = 'PT1S';
  });
  house = await openHouse({
    policies: [buildPolicy('medium'), buildPolicy('high'), shortly],
    computeEvidence: async (request) => {
      if (impossible.has(request.submission.model))
        throw ApplicationFailure.nonRetryable('its memory ran out', 'OUT_OF_MEMORY');
      return buildEvidence(request, findingsOf.get(request.submission.model));
    },
  });
});
afterAll(() => house.close());

const submit = async (riskTier: 'low' | 'medium' | 'high', findings?: Finding[]) => {
  const submission = buildSubmission({ riskTier });
  if (findings) findingsOf.set(submission.model, findings);
  return { submission, ...(await house.submit(submission)) };
};

describe('a version on its way', () => {
  it('is approved by a validator, then by a domain expert and two compliance officers side by side, and every step is journaled', async () => {
    const { modelVersionId, processId } = await submit('high');
    const [validation] = await house.openReviews(modelVersionId);
    await house.decide(validation!, 'validator-1', 'APPROVED');
    const approval = await house.openReviews(modelVersionId, 2);
    expect(approval.map((review) => [review.signOff, review.quorumRequired])).toEqual(
      expect.arrayContaining([
        ['domain-expert', 1],
        ['compliance', 2],
      ]),
    );
    const [expert, compliance] = ['domain-expert', 'compliance'].map((name) =>
      approval.find((review) => review.signOff === name),
    );
    await house.decide(compliance!, 'compliance-1', 'APPROVED');
    await house.decide(expert!, 'domain-expert', 'APPROVED');
    expect((await house.versionOf(modelVersionId)).stage).toBe('approving');
    await house.decide(compliance!, 'compliance-2', 'APPROVED');
    await house.stage(modelVersionId, 'approved');
    expect(await house.lifecycleOutcome(processId)).toBe('APPROVED');
    expect((await house.journalOf(modelVersionId)).map((entry) => entry.type)).toEqual([
      'model_version.submitted', 'process.started', 'criteria.frozen', 'evidence.computed', 'review.opened', 'decision.recorded', 'review.closed', 'process.ended',
      'process.started', 'review.opened', 'review.opened', 'decision.recorded', 'decision.recorded', 'review.closed', 'decision.recorded', 'review.closed', 'process.ended', 'process.ended',
    ]); // prettier-ignore
  });

  it('is rejected by a blocking check without asking anybody, naming rule, value and limit', async () => {
    const { modelVersionId, processId } = await submit('high', [floor]);
    expect(await house.lifecycleOutcome(processId)).toBe('REJECTED');
    expect((await house.versionOf(modelVersionId)).stage).toBe('rejected');
    expect(await house.reviewsOf(modelVersionId)).toEqual([]);
    const [, validation] = await house.processesOf(modelVersionId);
    expect(validation?.outcomeReason).toBe(
      'Ranking on held-out data: ROC AUC is 0.483 on 595 rows. (rule auc-floor, limit ≥ 0.6)',
    );
  });

  it('needs an answer for each finding that the policy lets pass, from everyone who approves', async () => {
    const { modelVersionId } = await submit('high', [fairness]);
    const [validation] = await house.openReviews(modelVersionId);
    await expect(house.decide(validation!, 'validator-1', 'APPROVED')).rejects.toMatchObject({
      code: 'DISPOSITION_REQUIRED',
    });
    await house.decide(validation!, 'validator-1', 'APPROVED', {
      form: { dispositions: [{ finding: 'fairness:afam', disposition: 'ACCEPTED', reason: 'A known gap, watched.' }] },
    });
    const compliance = (await house.openReviews(modelVersionId, 2)).find((review) => review.signOff === 'compliance');
    await expect(house.decide(compliance!, 'compliance-1', 'APPROVED')).rejects.toMatchObject({
      code: 'DISPOSITION_REQUIRED',
    });
    const refused = (await house.journalOf(modelVersionId)).filter((entry) => entry.type === 'decision.refused');
    expect(refused.map((entry) => [entry.actor.id, entry.data.code])).toEqual([
      ['validator-1', 'DISPOSITION_REQUIRED'],
      ['compliance-1', 'DISPOSITION_REQUIRED'],
    ]);
  });

  it('comes back in a new round after changes were requested, and decisions on the old evidence do not count', async () => {
    const { modelVersionId, submission } = await submit('medium');
    const [first] = await house.openReviews(modelVersionId);
    await house.decide(first!, 'validator-1', 'CHANGES_REQUESTED');
    await house.stage(modelVersionId, 'registered');
    const renewed = {
      ...submission,
      documents: [{ kind: 'model_card', uri: 'file:///models/card.md', digest: digestOf('a better card') }],
    };
    await house.send({ type: 'model_version.evidence_updated', data: renewed });
    const [second] = await house.openReviews(modelVersionId);
    expect(second).toMatchObject({ round: 2 });
    await expect(house.decide(first!, 'validator-2', 'APPROVED')).rejects.toMatchObject({ code: 'ALREADY_DECIDED' });
    await expect(
      house.decide(second!, 'validator-2', 'APPROVED', { evidenceDigest: first!.evidenceDigest }),
    ).rejects.toMatchObject({ code: 'EVIDENCE_CHANGED' });
    await house.decide(second!, 'validator-2', 'APPROVED');
    await house.stage(modelVersionId, 'approving');
  });

  it('drops the round that is being reviewed when new evidence arrives, and asks again on the new one', async () => {
    const { modelVersionId, submission } = await submit('medium');
    const [first] = await house.openReviews(modelVersionId);
    await house.send({
      type: 'model_version.evidence_updated',
      data: { ...submission, description: 'with the missing rows' },
    });
    await expect(house.decide(first!, 'validator-1', 'APPROVED')).rejects.toMatchObject({ code: 'EVIDENCE_CHANGED' });
    const [second] = await house.openReviews(modelVersionId);
    expect(second!.id).not.toBe(first!.id);
    const states = (await house.reviewsOf(modelVersionId)).map((review) => review.state);
    expect(states).toEqual(['OBSOLETE', 'READY']);
    await expect
      .poll(async () => (await house.processesOf(modelVersionId)).map((process) => process.outcome))
      .toEqual([null, 'SUPERSEDED', null]);
  });

  it('stops everywhere when its pipeline withdraws it', async () => {
    const { modelVersionId, processId, submission } = await submit('medium');
    const [review] = await house.openReviews(modelVersionId);
    await house.send({
      type: 'model_version.withdrawn',
      data: { model: submission.model, version: '1', reason: 'Trained on the wrong table.' },
    });
    expect((await house.versionOf(modelVersionId)).stage).toBe('withdrawn');
    await expect(house.decide(review!, 'validator-1', 'APPROVED')).rejects.toMatchObject({ code: 'WRONG_STATE' });
    expect(await house.lifecycleOutcome(processId)).toBe('WITHDRAWN');
    await expect
      .poll(async () => (await house.processesOf(modelVersionId)).map((process) => process.outcome))
      .toEqual(['WITHDRAWN', 'WITHDRAWN']);
  });

  it('expires when nobody decides in time, and is not approved by silence', async () => {
    const { modelVersionId } = await submit('low');
    await expect
      .poll(async () => (await house.processesOf(modelVersionId))[1]?.outcome, { timeout: 20_000 })
      .toBe('EXPIRED');
    const [review] = await house.reviewsOf(modelVersionId);
    expect(review).toMatchObject({ state: 'EXPIRED', outcome: 'EXPIRED', closedBy: 'deadline' });
    await expect(house.decide(review!, 'validator-1', 'APPROVED')).rejects.toMatchObject({ code: 'WRONG_STATE' });
    expect((await house.versionOf(modelVersionId)).stage).toBe('registered');
  });

  it('asks for the evidence again when it cannot be computed, and says why', async () => {
    const submission = buildSubmission({ riskTier: 'medium' });
    impossible.add(submission.model);
    const { modelVersionId } = await house.submit(submission);
    await expect
      .poll(async () => (await house.processesOf(modelVersionId))[1]?.outcome, { timeout: 20_000 })
      .toBe('CHANGES_REQUESTED');
    expect((await house.processesOf(modelVersionId))[1]?.outcomeReason).toContain('its memory ran out');
    impossible.delete(submission.model);
    await house.send({ type: 'model_version.evidence_updated', data: submission });
    expect(await house.openReviews(modelVersionId)).toMatchObject([{ round: 2 }]);
  });
});

describe('a sign-off', () => {
  const inApproval = async (riskTier: 'medium' | 'high' = 'high') => {
    const submitted = await submit(riskTier);
    const [validation] = await house.openReviews(submitted.modelVersionId);
    await house.decide(validation!, 'validator-1', 'APPROVED');
    const open = await house.openReviews(submitted.modelVersionId, riskTier === 'high' ? 2 : 1);
    return {
      ...submitted,
      compliance: open.find((review) => review.signOff === 'compliance')!,
      expert: open.find((review) => review.signOff === 'domain-expert')!,
    };
  };

  it('that one person gives and another refuses goes to people outside the conflict', async () => {
    const { modelVersionId, compliance } = await inApproval();
    await house.decide(compliance, 'compliance-1', 'APPROVED');
    await house.decide(compliance, 'compliance-2', 'REJECTED');
    await expect
      .poll(async () => (await house.reviewsOf(modelVersionId)).map((review) => review.kind))
      .toContain('conflict');
    const conflict = (await house.reviewsOf(modelVersionId)).find((review) => review.kind === 'conflict')!;
    expect((await house.reviewsOf(modelVersionId)).find((review) => review.id === compliance.id)).toMatchObject({
      state: 'COMPLETED',
      outcome: 'CONFLICT',
    });
    await expect(house.decide(conflict, 'compliance-1', 'APPROVED')).rejects.toMatchObject({ code: 'NOT_ELIGIBLE' });
    const { rows } = await house.database.pool.query<{ handle: string }>(
      'SELECT handle FROM review_candidates WHERE review_id = $1 ORDER BY handle',
      [conflict.id],
    );
    await house.decide(conflict, rows[0]!.handle, 'REJECTED');
    await house.stage(modelVersionId, 'rejected');
  });

  it('refused by one takes the reviews of the others back', async () => {
    const { modelVersionId, compliance, expert } = await inApproval();
    await house.decide(expert, 'domain-expert', 'REJECTED');
    await house.stage(modelVersionId, 'rejected');
    const closed = (await house.reviewsOf(modelVersionId)).find((review) => review.id === compliance.id);
    expect(closed).toMatchObject({ state: 'CANCELED', outcome: 'CANCELED' });
  });

  it('never counts a person who is bound to the version, whatever their role', async () => {
    const submission = buildSubmission({
      riskTier: 'medium',
      contributors: ['validator-1', 'compliance-1@example.com'],
    });
    const { modelVersionId } = await house.submit(submission);
    const [validation] = await house.openReviews(modelVersionId);
    await expect(house.decide(validation!, 'validator-1', 'APPROVED')).rejects.toMatchObject({ code: 'SELF_REVIEW' });
    await house.decide(validation!, 'validator-2', 'APPROVED');
    const [compliance] = await house.openReviews(modelVersionId);
    await expect(house.decide(compliance!, 'compliance-1', 'APPROVED')).rejects.toMatchObject({ code: 'SELF_REVIEW' });
    await house.decide(compliance!, 'compliance-2', 'APPROVED');
    await house.stage(modelVersionId, 'approved');
  });
});
