import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcile } from '../../api/services/reconcile.ts';
import type { Submission } from '../../domain/submission.ts';
import { describeWorkflow } from '../../relay/describe-workflow.ts';
import { buildPolicy, buildSubmission, digestOf, uniqueName } from '../support/build.ts';
import { callerOf, openHouse, type House } from '../support/house.ts';

let house: House;
beforeAll(async () => {
  const high = buildPolicy('high', (policy) => {
    policy.materialChange.document = 'keep';
    policy.validation.signOff.quorum = 2;
  });
  house = await openHouse({ policies: [buildPolicy('low'), buildPolicy('medium'), high] });
});
afterAll(() => house.close());

const begin = async () => {
  const submission = buildSubmission({
    model: uniqueName('model'),
    riskTier: 'high',
    documents: [{ kind: 'model_card', uri: 'file:///models/card.md', digest: digestOf('card') }],
  });
  const { modelVersionId } = await house.submit(submission);
  return { modelVersionId, submission };
};
const update = (submission: Submission, change: Partial<Submission>) =>
  house.send({ type: 'model_version.evidence_updated', data: { ...submission, ...change } });
const otherDocuments = ({ documents }: Submission) => ({
  documents: documents.map((document) => ({ ...document, digest: digestOf(uniqueName('typo')) })),
});
const otherMetrics = { metrics: { validation: { roc_auc: 0.71 } } };
const lastEntry = async (id: string, type: string) =>
  (await house.journalOf(id)).findLast((entry) => entry.type === type);
const soon = { timeout: 20_000, interval: 30 };
const reviewOfRound = async (id: string, round: number) => {
  const find = async () => (await house.reviewsOf(id)).find((review) => review.round === round);
  await expect.poll(find, soon).toBeDefined();
  return (await find())!;
};

describe('new evidence', () => {
  it('that changes only what the policy calls immaterial keeps the approvals that were given, and the journal says which', async () => {
    const { modelVersionId, submission } = await begin();
    const [first] = await house.openReviews(modelVersionId);
    const { receipt } = await house.decide(first!, 'validator-1', 'APPROVED');
    await update(submission, otherDocuments(submission));
    const second = await reviewOfRound(modelVersionId, 2);
    expect(second).toMatchObject({ approvals: 1, closedAt: null });
    expect((await lastEntry(modelVersionId, 'model_version.evidence_updated'))!.data).toMatchObject({
      changed: ['document'],
      decisions: [{ id: receipt.decision.id, by: 'validator-1', fate: 'kept' }],
    });
    expect((await lastEntry(modelVersionId, 'decision.carried'))!.data).toMatchObject({
      by: 'validator-1',
      carriedFrom: receipt.decision.id,
      givenOn: first!.evidenceDigest,
    });
    const closedReasonOf = async (id: string) =>
      (await house.reviewsOf(modelVersionId)).find((review) => review.id === id)!.closedReason;
    expect(await closedReasonOf(first!.id)).toBe(
      'New evidence opened round 2. What it did not touch stands on: the approval of validator-1.',
    );
    const look = { ...house.deps, describeWorkflow: (id: string) => describeWorkflow(house.engine!.client, id) };
    const { differences } = await reconcile(look, callerOf('auditor'));
    expect(differences.filter(({ kind }) => /decision/.test(kind))).toEqual([]);
    await expect(house.decide(second, 'validator-1', 'APPROVED')).rejects.toMatchObject({ code: 'ALREADY_DECIDED' });
    await house.decide(second, 'validator-2', 'APPROVED');
    await house.stage(modelVersionId, 'approving');
  });

  it('that leaves a whole quorum standing asks nobody again', async () => {
    const { modelVersionId, submission } = await begin();
    const [first] = await house.openReviews(modelVersionId);
    await house.decide(first!, 'validator-1', 'APPROVED');
    await house.decide(first!, 'validator-2', 'APPROVED');
    await house.stage(modelVersionId, 'approving');
    await update(submission, otherDocuments(submission));
    expect((await reviewOfRound(modelVersionId, 2)).outcome).toBe('APPROVED');
    await house.stage(modelVersionId, 'approving');
  });

  it('that changes anything material voids them all, in the transaction that takes it in', async () => {
    const { modelVersionId, submission } = await begin();
    const [first] = await house.openReviews(modelVersionId);
    await house.decide(first!, 'validator-1', 'APPROVED');
    await update(submission, { ...otherDocuments(submission), ...otherMetrics });
    const entry = await lastEntry(modelVersionId, 'model_version.evidence_updated');
    expect(entry!.data).toMatchObject({
      changed: ['metrics', 'document'],
      decisions: [{ by: 'validator-1', fate: 'void' }],
    });
    expect((await reviewOfRound(modelVersionId, 2)).approvals).toBe(0);
    expect((await lastEntry(modelVersionId, 'review.closed'))!.reason).toBe(
      'New evidence opened round 2. No longer counted: the answer of validator-1.',
    );
  });

  it('never keeps a rejection, nor a decision of somebody who is not asked any more', async () => {
    const { modelVersionId, submission } = await begin();
    const [first] = await house.openReviews(modelVersionId);
    await house.decide(first!, 'validator-1', 'REJECTED');
    await update(submission, otherDocuments(submission));
    const second = await reviewOfRound(modelVersionId, 2);
    expect(second).toMatchObject({ approvals: 0, rejections: 0 });
    await house.decide(second, 'validator-1', 'APPROVED');
    await update(submission, {
      ...otherDocuments(submission),
      contributors: [...submission.contributors, 'validator-1'],
    });
    expect((await reviewOfRound(modelVersionId, 3)).approvals).toBe(0);
  });
});
