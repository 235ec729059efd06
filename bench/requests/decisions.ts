import { renderRequest } from '../load/http-connection.ts';

export interface DecisionOptions {
  /** One for each connection. */
  deciders: { token: string; reviewIds: string[]; evidenceDigest: string }[];
}

/** Approvals, each with a reason and a key of its own. */
export function prepare({ deciders }: DecisionOptions): Buffer[][] {
  return deciders.map(({ token, reviewIds, evidenceDigest }) =>
    reviewIds.map((id) =>
      renderRequest(
        'POST',
        `/v1/reviews/${id}/decisions`,
        { authorization: `Bearer ${token}`, 'idempotency-key': `key-${id}` },
        JSON.stringify({
          outcome: 'APPROVED',
          reason: `Compared the held-out metrics and the model card of ${id} with the plan.`,
          revision: 1,
          evidenceDigest,
        }),
      ),
    ),
  );
}
