/** What people and pipelines were told; the oracle holds the system to it. */
export interface Ledger {
  deliveries: AcceptedDelivery[];
  decisions: AcceptedDecision[];
}

export interface AcceptedDelivery {
  deliveryId: string;
  modelVersionId: string;
  processId: string;
}

export interface AcceptedDecision {
  id: string;
  reviewId: string;
  by: string;
  outcome: string;
}

export const newLedger = (): Ledger => ({ deliveries: [], decisions: [] });
