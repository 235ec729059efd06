import { z } from 'zod';
import type { CliConfig } from '../config.ts';
import { Failure } from './failure.ts';

const problemSchema = z.object({
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), message: z.string() })).default([]),
});

export interface Request {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Record<string, string>;
  body?: string;
  /** Sent without the token: a webhook proves itself by its signature. */
  isAnonymous?: boolean;
}

/** Asks the server; a Failure says in words why it did not answer, or what it refused. */
export async function send(config: CliConfig, path: string, request: Request = {}): Promise<Response> {
  const { method = 'GET', headers = {}, body, isAnonymous = false } = request;
  if (!isAnonymous && config.token === undefined)
    throw new Failure(
      'Set COUNTERSIGN_TOKEN to your access token. In the demonstration, --as <handle> acts as one of its people.',
    );
  let response: Response;
  try {
    response = await fetch(`${config.url}${path}`, {
      method,
      redirect: 'error',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(isAnonymous ? {} : { authorization: `Bearer ${config.token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new Failure(
      `${config.url} does not answer (${cause}). Is the server running? COUNTERSIGN_URL says where it is.`,
    );
  }
  if (!response.ok) throw await failureOf(response);
  return response;
}

/** The answer, parsed by what the command expects of it. */
export async function ask<T extends z.ZodType>(
  config: CliConfig,
  schema: T,
  path: string,
  request?: Request,
): Promise<z.output<T>> {
  return parseAnswer(schema, await send(config, path, request));
}

export async function parseAnswer<T extends z.ZodType>(schema: T, response: Response): Promise<z.output<T>> {
  const parsed = schema.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success)
    throw new Failure(
      `The server at ${new URL(response.url).origin} answered what this version does not understand: ${z.prettifyError(parsed.error)}`,
    );
  return parsed.data;
}

async function failureOf(response: Response): Promise<Failure> {
  const body: unknown = await response.json().catch(() => undefined);
  const problem = problemSchema.safeParse(body);
  if (!problem.success) return new Failure(`The server answered ${response.status}.`);
  const { code, detail, errors } = problem.data;
  return new Failure(
    [`${code}: ${detail}`, ...errors.map(({ pointer, message }) => `  ${pointer}: ${message}`)].join('\n'),
    body,
  );
}
