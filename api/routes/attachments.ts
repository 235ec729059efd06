// Files beside the evidence of a review: taken as a form or as JSON, given back as downloads.
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { Refused } from '../../domain/errors.ts';
import type { AppDeps, AppEnv } from '../app-deps.ts';
import { invalid } from '../errors.ts';
import { parseJson } from '../parse-json.ts';
import { readBody, requireJson } from '../read-body.ts';
import { attachmentViewSchema, attachSchema } from '../schemas/review-thread.ts';
import { pageOf } from '../schemas/views.ts';
import {
  attachFile,
  getAttachment,
  listAttachments,
  MAX_ATTACHMENT_BYTES,
  type NewAttachment,
} from '../services/attachments.ts';
import { changeIn, ifMatchHeaders as headers, reviewParams as params } from './change-of-review.ts';
import {
  createRouter,
  idSchema,
  inputSchemaOf,
  json,
  prepared,
  problemResponses,
  readProblems,
  signedIn,
} from './documented.ts';

const tags = ['Reviews'];
const oneParams = params.extend({ attachment: idSchema });
const attachment = attachmentViewSchema.meta({ id: 'Attachment' });

const attachRoute = createRoute({
  method: 'post', path: '/v1/reviews/{id}/attachments', tags, security: signedIn, operationId: 'attachFile',
  summary: 'Lay a file beside the evidence',
  description: 'For those who are asked, owner and author of the version, and whom a question was put to. As `multipart/form-data` with one field `file`, or as JSON with the bytes in Base64; at most 4 MiB. The same file again adds nothing.',
  request: {
    params, headers,
    body: { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/AttachCommand' } }, 'multipart/form-data': { schema: { type: 'object', properties: { file: { type: 'string', format: 'binary' } }, required: ['file'] } } } },
  },
  responses: { 201: json(attachment, 'It lies there'), 200: json(attachment, 'It lay there before'), ...readProblems, ...problemResponses(400, 403, 404, 409, 412, 413, 415, 422) },
}); // prettier-ignore

const listRoute = createRoute({
  method: 'get', path: '/v1/reviews/{id}/attachments', tags, security: signedIn, operationId: 'listAttachments',
  summary: 'Files beside the evidence, oldest first',
  request: { params },
  responses: { 200: json(pageOf(attachment), 'The files'), ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

const getRoute = createRoute({
  method: 'get', path: '/v1/reviews/{id}/attachments/{attachment}', tags, security: signedIn, operationId: 'getAttachment',
  summary: 'A file, as a download',
  request: { params: oneParams },
  responses: { 200: { description: 'Its bytes', content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } }, ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

export function createAttachmentRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openAPIRegistry.registerComponent('schemas', 'AttachCommand', inputSchemaOf(attachSchema));
  router.openapi(attachRoute, async (c) => {
    const file = await readFile(c);
    const { attachment: laid, repeated } = await attachFile(deps, c.get('caller'), { ...changeIn(c), ...file });
    return c.json(laid, repeated ? 200 : 201);
  });
  router.openapi(listRoute, async (c) =>
    c.json({ items: await listAttachments(deps, c.get('caller'), c.req.valid('param').id), nextCursor: null }, 200),
  );
  router.openapi(getRoute, async (c) => {
    const { id, attachment: attachmentId } = c.req.valid('param');
    const { name, content } = await getAttachment(deps, c.get('caller'), id, attachmentId);
    // Never shown in place: people attach what nobody has looked at.
    return prepared(
      c.body(new Uint8Array(content), 200, {
        'Content-Type': 'application/octet-stream',
        'Content-Disposition': `attachment; filename="${asciiOf(name)}"; filename*=UTF-8''${encodeURIComponent(name)}`,
        'X-Content-Type-Options': 'nosniff',
        'Content-Security-Policy': "sandbox; default-src 'none'",
      }),
    );
  });
  return router;
}

const asciiOf = (name: string): string => name.replace(/[^\x20-\x7e]|["\\%]/g, '_');

/** Around the file: its other fields, and in JSON the third that Base64 adds. */
const ROOM_BYTES = 16 * 1024;

async function readFile(c: Context<AppEnv>): Promise<Pick<NewAttachment, 'name' | 'mediaType' | 'content'>> {
  const type = c.req.header('content-type') ?? '';
  if (/^multipart\/form-data\s*;/i.test(type))
    return readForm(await readBody(c, MAX_ATTACHMENT_BYTES + ROOM_BYTES), type);
  requireJson(c);
  const parsed = attachSchema.safeParse(
    parseJson(await readBody(c, Math.ceil((MAX_ATTACHMENT_BYTES * 4) / 3) + ROOM_BYTES)),
  );
  if (!parsed.success) throw invalid(parsed.error);
  return { ...parsed.data, content: Buffer.from(parsed.data.content, 'base64') };
}

async function readForm(body: Buffer, type: string): Promise<Pick<NewAttachment, 'name' | 'mediaType' | 'content'>> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData().catch(() => {
    throw new Refused('MALFORMED_JSON', 'The form cannot be read.');
  });
  const file = form.get('file');
  const fields = [...form.keys()];
  if (!(file instanceof File) || fields.length !== 1)
    throw new Refused('INVALID', 'Send one file, in the field file.', {
      errors: [{ pointer: '/file', message: 'is the one field there is, and holds a file' }],
    });
  const { name, type: mediaType } = file;
  const parsed = attachSchema
    .omit({ content: true })
    .safeParse({ name, mediaType: mediaType.split(';')[0]?.trim() || undefined });
  if (!parsed.success) throw invalid(parsed.error);
  return { ...parsed.data, content: Buffer.from(await file.arrayBuffer()) };
}
