import { recordEvidenceView } from '../../db/queries/review-views.ts';
import { findDocument } from '../../db/queries/evidence.ts';
import { Refused } from '../../domain/errors.ts';
import { evidencePackSchema } from '../../domain/evidence.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { findVisiblePack } from './get-evidence.ts';

export interface StoredDocument {
  kind: string;
  digest: string;
  mediaType: string;
  content: Buffer;
}

/** A document of this pack, as it was read. Throws NOT_FOUND when the pack does not name it, whoever else may. */
export async function getDocument(
  deps: Deps,
  caller: Caller,
  { evidenceDigest, digest }: { evidenceDigest: string; digest: string },
): Promise<StoredDocument> {
  const pack = evidencePackSchema.parse(
    JSON.parse((await findVisiblePack(deps, caller, evidenceDigest)).content.toString('utf8')),
  );
  const named = pack.documents.find((document) => document.digest === digest);
  const stored = named && (await findDocument(deps.database.db, digest));
  if (!named || !stored) throw new Refused('NOT_FOUND', 'This evidence has no such document.');
  const viewing = { handle: caller.person.handle, channel: caller.channel, at: deps.now() };
  await recordEvidenceView(deps.database.pool, { evidenceDigest, document: digest }, viewing);
  return { kind: named.kind, digest, mediaType: stored.mediaType, content: stored.content };
}
