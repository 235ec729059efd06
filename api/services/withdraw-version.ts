import { Refused } from '../../domain/errors.ts';
import type { NewEntry } from '../../domain/journal.ts';
import { canWithdraw } from '../../domain/stage.ts';
import type { DbOrTx } from '../../db/client.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { moveVersion } from '../../db/queries/versions.ts';
import type { IntakeAnswer } from '../schemas/views.ts';
import { accountActor, answerOf, getLifecycleId, getVisibleVersion } from './delivered-version.ts';
import type { Received } from './delivery-transaction.ts';
import type { Deps } from './deps.ts';
import { stopProcesses } from './stop-processes.ts';

/** Ends all that runs on a version, at the word of the pipeline that submitted it. */
export async function withdrawVersion(
  deps: Deps,
  tx: DbOrTx,
  received: Received,
  { model, version: name, reason }: { model: string; version: string; reason: string },
): Promise<IntakeAnswer> {
  const version = await getVisibleVersion(tx, received, model, name);
  if (!canWithdraw(version.stage))
    throw new Refused('WRONG_STATE', `The version is ${version.stage}; it can no longer be withdrawn.`);
  const lifecycleId = await getLifecycleId(tx, version.id);
  const closed = await stopProcesses(deps, tx, version, { cause: 'WITHDRAWN', reason });
  await moveVersion(tx, version.id, { stage: 'withdrawn' });
  const withdrawn: NewEntry = {
    stream: version.id,
    type: 'model_version.withdrawn',
    actor: accountActor(received),
    reason,
    data: { model, version: name, from: version.stage, delivery: { source: received.source, id: received.deliveryId } },
  };
  await appendEntries(tx, [withdrawn, ...closed], deps.now());
  return answerOf(deps, received, { model, version: name }, version.id, lifecycleId);
}
