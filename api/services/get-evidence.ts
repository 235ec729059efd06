import { findEvidencePack } from '../../db/queries/evidence.ts';
import { recordEvidenceView } from '../../db/queries/review-views.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { getVersionById } from '../../db/queries/versions.ts';
import { Refused } from '../../domain/errors.ts';
import { actorOf, type Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { isVisible } from './read-scope.ts';

export interface StoredEvidence {
  digest: string;
  modelVersionId: string;
  /** The canonical JSON that the digest names, as it was stored. */
  content: Buffer;
}

/** The pack of this digest; that it was read, and by whom, is journaled before it is answered. Throws NOT_FOUND. */
export async function getEvidence(deps: Deps, caller: Caller, digest: string): Promise<StoredEvidence> {
  const pack = await findVisiblePack(deps, caller, digest);
  await deps.database.withTransaction((tx) =>
    appendEntries(
      tx,
      [
        {
          stream: pack.modelVersionId,
          type: 'evidence.read',
          actor: actorOf(caller),
          reason: 'Opened the evidence.',
          data: { evidenceDigest: digest, round: pack.round, channel: caller.channel },
        },
      ],
      deps.now(),
    ),
  );
  const viewing = { handle: caller.person.handle, channel: caller.channel, at: deps.now() };
  await recordEvidenceView(deps.database.pool, { evidenceDigest: digest }, viewing);
  return { digest, modelVersionId: pack.modelVersionId, content: pack.content };
}

/** The pack, when the caller may see its version. Throws NOT_FOUND. */
export async function findVisiblePack(deps: Deps, caller: Caller, digest: string) {
  const pack = await findEvidencePack(deps.database.db, digest);
  if (pack && isVisible(caller, await getVersionById(deps.database.db, pack.modelVersionId))) return pack;
  throw new Refused('NOT_FOUND', 'There is no such evidence.');
}
