import { Refused } from '../../domain/errors.ts';
import type { Intake } from '../../domain/submission.ts';
import { sha256 } from '../../db/sha256.ts';
import { parseIntake } from '../../integrations/generic/parse-intake.ts';
import { verifySignature, type SignedDelivery } from '../../integrations/generic/verify-signature.ts';
import { parseJson } from '../parse-json.ts';
import type { IntakeAnswer } from '../schemas/views.ts';
import { inDeliveryTransaction, type Received } from './delivery-transaction.ts';
import type { Deps } from './deps.ts';
import { submitVersion } from './submit-version.ts';
import { updateEvidence } from './update-evidence.ts';
import { withdrawVersion } from './withdraw-version.ts';

export interface WebhookSource {
  /** `whsec_…`, several while one is rotated. */
  secrets: readonly string[];
  /** Handle of the service account that this source submits as. */
  account: string;
}

export interface IntakeDeps extends Deps {
  sourceOf: (source: string) => WebhookSource | undefined;
}

export interface Delivery extends SignedDelivery {
  source: string;
}

/**
 * Takes a pipeline's webhook in: verified over its raw bytes, parsed once, written in one transaction.
 * A replay answers what was answered and writes nothing. Throws Refused, having written nothing.
 */
export async function receiveDelivery(deps: IntakeDeps, delivery: Delivery): Promise<IntakeAnswer> {
  const source = deps.sourceOf(delivery.source);
  if (!source) throw new Refused('NOT_FOUND', 'There is no such source of webhooks.');
  const deliveryId = verifySignature(delivery, source.secrets, deps.now());
  const intake = parseIntake(parseJson(delivery.rawBody));
  const received: Received = {
    source: delivery.source,
    account: source.account,
    deliveryId,
    bodyDigest: sha256(delivery.rawBody),
  };
  const answer = await takeIn(deps, received, intake);
  deps.wakeRelay();
  return answer;
}

async function takeIn(deps: IntakeDeps, received: Received, intake: Intake): Promise<IntakeAnswer> {
  switch (intake.type) {
    case 'model_version.submitted':
      return submitVersion(deps, received, intake.data);
    case 'model_version.evidence_updated':
      return inDeliveryTransaction(deps, received, (tx) => updateEvidence(deps, tx, received, intake.data));
    case 'model_version.withdrawn':
      return inDeliveryTransaction(deps, received, (tx) => withdrawVersion(deps, tx, received, intake.data));
  }
}
