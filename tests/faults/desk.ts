// Where pipelines submit and people decide: in this process, or over HTTP as they do.
import type { Database } from '../../db/client.ts';
import { Refused } from '../../domain/errors.ts';
import type { Submission } from '../../domain/submission.ts';
import { receiveDelivery } from '../../api/services/receive-delivery.ts';
import { submitDecision } from '../../api/services/submit-decision.ts';
import { callerOf, signedHeaders } from '../support/seed.ts';
import { intakeDepsOf } from './crowd.ts';
import type { AcceptedDecision, AcceptedDelivery } from './ledger.ts';

export interface Press {
  reviewId: string;
  by: string;
  outcome: 'APPROVED' | 'REJECTED';
  reason: string;
  evidenceDigest: string;
  key: string;
}

/** Each call answers what was accepted, throws Refused when it does not count, and anything else when nobody knows. */
export interface Desk {
  submit: (deliveryId: string, submission: Submission) => Promise<AcceptedDelivery & { isRepeated: boolean }>;
  decide: (press: Press) => Promise<AcceptedDecision & { isRepeated: boolean }>;
}

export const bodyOfSubmission = (submission: Submission): Buffer =>
  Buffer.from(JSON.stringify({ type: 'model_version.submitted', timestamp: '2026-11-21T10:00:00Z', data: submission }));

const commandOf = ({ outcome, reason, evidenceDigest }: Press) => ({ outcome, reason, revision: 1, evidenceDigest });

export function openDesk(database: Database, fileRoots: readonly string[] = ['/models']): Desk {
  const deps = { ...intakeDepsOf(database), fileRoots };
  return {
    submit: async (deliveryId, submission) => {
      const rawBody = bodyOfSubmission(submission);
      const answer = await receiveDelivery(deps, {
        source: 'generic',
        rawBody,
        headers: signedHeaders(deliveryId, rawBody),
      });
      return {
        deliveryId,
        modelVersionId: answer.modelVersionId,
        processId: answer.processId,
        isRepeated: answer.replayed === true,
      };
    },
    decide: async (press) => {
      const { receipt, repeated } = await submitDecision(deps, callerOf(press.by), {
        reviewId: press.reviewId,
        command: { ...commandOf(press), form: { dispositions: [] } },
        idempotencyKey: press.key,
      });
      const { id, reviewId, by, outcome } = receipt.decision;
      return { id, reviewId, by, outcome, isRepeated: repeated };
    },
  };
}

export interface HttpDeskOptions {
  url: string;
  secret: string;
  tokenOf: (handle: string) => string;
}

export function openHttpDesk({ url, secret, tokenOf }: HttpDeskOptions): Desk {
  const post = async (path: string, headers: Record<string, string>, body: Buffer | string) => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers,
      body: body as string | Uint8Array<ArrayBuffer>,
      signal: AbortSignal.timeout(20_000),
    });
    const content = (await answer.json()) as Record<string, unknown>;
    if (answer.status >= 500) throw new Error(`${path} answered ${answer.status}`);
    if (!answer.ok) throw new Refused(content.code as Refused['code'], String(content.detail));
    return { status: answer.status, content };
  };
  return {
    submit: async (deliveryId, submission) => {
      const rawBody = bodyOfSubmission(submission);
      const { content } = await post('/v1/hooks/generic', signedHeaders(deliveryId, rawBody, secret), rawBody);
      const { modelVersionId, processId, replayed } = content as Record<'modelVersionId' | 'processId', string> & {
        replayed?: boolean;
      };
      return { deliveryId, modelVersionId, processId, isRepeated: replayed === true };
    },
    decide: async (press) => {
      const { status, content } = await post(
        `/v1/reviews/${press.reviewId}/decisions`,
        {
          authorization: `Bearer ${tokenOf(press.by)}`,
          'content-type': 'application/json',
          'idempotency-key': press.key,
        },
        JSON.stringify(commandOf(press)),
      );
      const { decision } = content as { decision: AcceptedDecision };
      const { id, reviewId, by, outcome } = decision;
      return { id, reviewId, by, outcome, isRepeated: status === 200 };
    },
  };
}
