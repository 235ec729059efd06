// What every route's definition is made of.
import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { Refused } from '../../domain/errors.ts';
import type { AppEnv } from '../app-deps.ts';
import { invalid, problems } from '../errors.ts';
import { textSchema } from '../schemas/text.ts';
import { problemSchema } from '../schemas/views.ts';

/** A router whose parameters are refused as every other mistake is. A path that cannot exist is not found. */
export function createRouter(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      if (result.target === 'param') throw new Refused('NOT_FOUND', 'There is nothing under this name.');
      throw invalid(result.error as z.ZodError);
    },
  });
}

export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

const problem = problemSchema.meta({ id: 'Problem' });

type ProblemStatus = (typeof problems)[keyof typeof problems]['status'];

/** The problems that a route can answer, each status with its codes. */
export function problemResponses(...statuses: ProblemStatus[]) {
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = Object.entries(problems).flatMap(([code, { status: its }]) => (its === status ? [code] : []));
      return [status, { description: codes.join(', '), content: { 'application/problem+json': { schema: problem } } }];
    }),
  );
}

/** Those of every route that needs a caller. */
export const readProblems = problemResponses(401, 429, 500, 503);

/** A body that we parse ourselves, described by the component of this name. */
export const bodyOf = (component: string) => ({
  required: true,
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${component}` } } },
});

/** The JSON Schema of what a client sends. */
export const inputSchemaOf = (schema: z.ZodType): Record<string, unknown> => {
  const { $schema: _, ...body } = z.toJSONSchema(schema, { io: 'input' });
  return body;
};

export const signedIn = [{ bearer: [] as string[] }, { session: [] as string[] }];

/** Ids, digests, handles, streams: what never needs a space or a control character. */
export const idSchema = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\w.:@/+-]+$/, 'is not an id');
export const textParameter = (max: number) => textSchema(max).min(1);

export const pageParameters = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Items a page'),
  cursor: z.string().min(1).max(1000).optional().describe('nextCursor of the page before'),
};
export const instantParameter = z.iso.datetime({ offset: true });

/** A response whose body was made elsewhere, as text or bytes; a test, not the compiler, holds it to the route's schema. */
export const prepared = (response: Response) => response as never;
