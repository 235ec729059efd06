// What every branch of the intake works on, and the transaction that each ends with its delivery.
import { Refused } from '../../domain/errors.ts';
import type { DbOrTx } from '../../db/client.ts';
import { findDelivery, insertDelivery } from '../../db/queries/intake.ts';
import type { IntakeAnswer } from '../schemas/views.ts';
import type { Deps } from './deps.ts';

/** What every branch of the intake works on. */
export interface Received {
  source: string;
  account: string;
  deliveryId: string;
  bodyDigest: string;
}

/** Runs a transaction that ends with the delivery; a delivery that is known answers what it answered, or is a conflict. */
export async function inDeliveryTransaction(
  deps: Deps,
  received: Received,
  work: (tx: DbOrTx) => Promise<IntakeAnswer>,
): Promise<IntakeAnswer> {
  const known = await answerKnownDelivery(deps.database.db, received);
  if (known) return known;
  try {
    return await deps.database.withTransaction(async (tx) => {
      const answer = await work(tx);
      if (!(await insertDelivery(tx, { ...received, answer }))) throw new DeliveredMeanwhile();
      return answer;
    });
  } catch (error) {
    const twin =
      error instanceof DeliveredMeanwhile || error instanceof Refused
        ? await answerKnownDelivery(deps.database.db, received)
        : undefined;
    if (twin) return twin;
    throw error;
  }
}

/** Rolls back the transaction of the slower of two twins. */
class DeliveredMeanwhile extends Error {}

async function answerKnownDelivery(db: DbOrTx, received: Received): Promise<IntakeAnswer | undefined> {
  const known = await findDelivery(db, received.source, received.deliveryId);
  if (!known) return undefined;
  if (known.bodyDigest !== received.bodyDigest)
    throw new Refused(
      'DELIVERY_CONFLICT',
      'This webhook-id was delivered before with another body. Take a new id for a new event.',
    );
  return { ...known.answer, replayed: true };
}
