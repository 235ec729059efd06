// Files that people lay beside the evidence of a review. Their bytes are kept once, under their digest.
import { and, asc, eq } from 'drizzle-orm';
import { Refused } from '../../domain/errors.ts';
import { newId } from '../../db/new-id.ts';
import { insertDocuments } from '../../db/queries/evidence.ts';
import { documents, reviewAttachments } from '../../db/schema/index.ts';
import { sha256 } from '../../db/sha256.ts';
import type { AttachmentView } from '../schemas/review-thread.ts';
import type { Caller } from './caller.ts';
import { changeReview, journal, type ReviewChange } from './change-review.ts';
import type { Deps } from './deps.ts';
import { findVisibleReview } from './visible-review.ts';

export const MAX_ATTACHMENT_BYTES = 4 * 1024 * 1024;
const MAXIMUM_ATTACHMENTS = 50;

export interface NewAttachment extends ReviewChange {
  name: string;
  mediaType: string;
  content: Buffer;
}

/** Lays a file beside the evidence. The same file of the same name again adds nothing. Throws TOO_LARGE, or INVALID when it is empty. */
export async function attachFile(
  deps: Deps,
  caller: Caller,
  { name, mediaType, content, ...change }: NewAttachment,
): Promise<{ attachment: AttachmentView; repeated: boolean }> {
  if (content.length > MAX_ATTACHMENT_BYTES)
    throw new Refused('TOO_LARGE', `An attachment has at most ${MAX_ATTACHMENT_BYTES} bytes.`);
  if (content.length === 0)
    throw new Refused('INVALID', 'The file is empty.', { errors: [{ pointer: '/content', message: 'is empty' }] });
  const digest = sha256(content);
  const fileName = fileNameOf(name);
  return changeReview<{ attachment: AttachmentView; repeated: boolean }>(deps, caller, change, {
    verb: 'attach',
    repeat: async ({ tx, review }) => {
      const standing = await tx
        .select()
        .from(reviewAttachments)
        .where(and(eq(reviewAttachments.reviewId, review.id), eq(reviewAttachments.digest, digest)));
      const same = standing.find((row) => row.name === fileName && row.handle === caller.person.handle);
      return same && { attachment: viewOf(deps, same), repeated: true };
    },
    change: async (held) => {
      const { tx, review, at } = held;
      if ((await tx.$count(reviewAttachments, eq(reviewAttachments.reviewId, review.id))) >= MAXIMUM_ATTACHMENTS)
        throw new Refused('TOO_LARGE', `A review holds at most ${MAXIMUM_ATTACHMENTS} attachments.`);
      const row = {
        id: newId('attachment'),
        reviewId: review.id,
        handle: caller.person.handle,
        name: fileName,
        mediaType,
        size: content.length,
        digest,
        createdAt: at,
      };
      await insertDocuments(tx, [{ digest, mediaType, content }]);
      await tx.insert(reviewAttachments).values(row);
      await journal(held, 'review.attached', `Attached ${fileName}.`, { attachmentId: row.id, name: fileName, mediaType, size: row.size, digest }); // prettier-ignore
      return { attachment: viewOf(deps, row), repeated: false };
    },
  });
}

/** What lies beside a review, oldest first. */
export async function listAttachments(deps: Deps, caller: Caller, reviewId: string): Promise<AttachmentView[]> {
  await findVisibleReview(deps, caller, reviewId);
  const rows = await deps.database.db
    .select()
    .from(reviewAttachments)
    .where(eq(reviewAttachments.reviewId, reviewId))
    .orderBy(asc(reviewAttachments.createdAt), asc(reviewAttachments.id));
  return rows.map((row) => viewOf(deps, row));
}

/** A file with its name and bytes. Throws NOT_FOUND. */
export async function getAttachment(
  deps: Deps,
  caller: Caller,
  reviewId: string,
  id: string,
): Promise<{ name: string; mediaType: string; content: Buffer }> {
  await findVisibleReview(deps, caller, reviewId);
  const [row] = await deps.database.db
    .select({ name: reviewAttachments.name, mediaType: reviewAttachments.mediaType, content: documents.content })
    .from(reviewAttachments)
    .innerJoin(documents, eq(documents.digest, reviewAttachments.digest))
    .where(and(eq(reviewAttachments.id, id), eq(reviewAttachments.reviewId, reviewId)));
  if (!row) throw new Refused('NOT_FOUND', 'There is no such attachment on this review.');
  return row;
}

/** The last part of a path, without what a file system or a header would take for something else. */
const fileNameOf = (name: string): string =>
  name
    .split(/[\\/]/)
    .at(-1)!
    .replace(/[\p{Cc}\p{Cf}\s"<>:|?*]+/gu, ' ')
    .trim()
    .replace(/^\.+/, '') || 'attachment';

function viewOf(deps: Deps, row: typeof reviewAttachments.$inferSelect): AttachmentView {
  const { id, reviewId, handle, name, mediaType, size, digest, createdAt } = row;
  const links = { self: `${deps.publicUrl}/v1/reviews/${reviewId}/attachments/${id}` };
  return { id, reviewId, by: handle, name, mediaType, size, digest, at: createdAt.toISOString(), links };
}
