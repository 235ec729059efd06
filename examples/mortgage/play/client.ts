// Countersign as any other program meets it: signed webhooks in, JSON over HTTP out.
import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { Demo } from './server.ts';

const intakeSchema = z.object({
  modelVersionId: z.string(),
  replayed: z.boolean().optional(),
  links: z.object({ html: z.string() }),
});

const versionSchema = z.object({
  id: z.string(),
  version: z.string(),
  stage: z.string(),
  evidenceDigest: z.string().nullable(),
  processes: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      state: z.string(),
      outcome: z.string().nullable(),
      outcomeReason: z.string().nullable(),
    }),
  ),
});
export type Version = z.infer<typeof versionSchema>;

const processSchema = z.object({ signOffs: z.array(z.object({ reviews: z.array(z.string()) })) });

const reviewSchema = z.object({
  id: z.string(),
  title: z.string(),
  question: z.string(),
  state: z.string(),
  outcome: z.string().nullable(),
  revision: z.number(),
  evidenceDigest: z.string(),
  quorum: z.object({ required: z.number() }),
  candidates: z.array(z.object({ handle: z.string(), name: z.string() })),
  decisions: z.array(z.object({ id: z.string(), by: z.string(), outcome: z.string(), reason: z.string() })),
  links: z.object({ html: z.string() }),
});
export type Review = z.infer<typeof reviewSchema>;

const findingSchema = z.object({
  id: z.string(),
  title: z.string(),
  verdict: z.string(),
  blocking: z.boolean(),
  value: z.number().nullable(),
  threshold: z.string().nullable(),
  message: z.string(),
});
export type Finding = z.infer<typeof findingSchema>;
const packSchema = z.object({ findings: z.array(findingSchema) });

const problemSchema = z.object({
  status: z.number(),
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), message: z.string() })).default([]),
});
export type Problem = z.infer<typeof problemSchema>;

/** An answer that is a problem, as `application/problem+json` says it. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.status} ${problem.code}: ${problem.detail}`);
    this.problem = problem;
  }
}

export interface Decide {
  review: Review;
  by: string;
  outcome: 'APPROVED' | 'REJECTED' | 'CHANGES_REQUESTED';
  reason: string;
  dispositions: { finding: string; disposition: string; reason: string }[];
}

export type Client = ReturnType<typeof createClient>;

/** Every call throws a Refusal when the server says no. Reads are made as the auditor, who sees everything and decides nothing. */
export function createClient(demo: Demo) {
  const findings = new Map<string, Finding[]>();
  const tokenOf = (handle: string): string => {
    const person = demo.people.find((candidate) => candidate.handle === handle);
    if (!person) throw new Error(`demo.json names no ${handle}`);
    return person.token;
  };
  const read = async <T extends z.ZodType>(path: string, schema: T): Promise<z.infer<T>> =>
    schema.parse(await ask(`${demo.url}${path}`, { headers: { authorization: `Bearer ${tokenOf('auditor')}` } }));

  return {
    /** `deliveryId` is new for a new event and stays the same when the same event is sent again. */
    async submit(deliveryId: string, event: unknown) {
      const body = JSON.stringify(event);
      const at = new Date();
      const headers = {
        'content-type': 'application/json',
        'webhook-id': deliveryId,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(demo.webhook.secret).sign(deliveryId, at, body),
      };
      return intakeSchema.parse(await ask(demo.webhook.url, { method: 'POST', headers, body }));
    },

    getVersion: (model: string, version: string) => read(`/v1/models/${model}/versions/${version}`, versionSchema),

    /** Reading evidence is journaled, so each pack is read once: its name says that it cannot have changed. */
    async getFindings(evidenceDigest: string) {
      const known = findings.get(evidenceDigest) ?? (await read(`/v1/evidence/${evidenceDigest}`, packSchema)).findings;
      findings.set(evidenceDigest, known);
      return known;
    },

    /** Reviews of the version's processes, in the order in which they were opened. */
    async getReviews(version: Version) {
      const reviews: Review[] = [];
      for (const { id, kind } of version.processes) {
        if (kind === 'lifecycle') continue;
        const { signOffs } = await read(`/v1/processes/${id}`, processSchema);
        for (const reviewId of signOffs.flatMap((signOff) => signOff.reviews))
          reviews.push(await read(`/v1/reviews/${reviewId}`, reviewSchema));
      }
      return reviews;
    },

    async decide({ review, by, outcome, reason, dispositions }: Decide) {
      await ask(`${demo.url}/v1/reviews/${review.id}/decisions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${tokenOf(by)}`,
          'content-type': 'application/json',
          'idempotency-key': randomUUID(),
        },
        body: JSON.stringify({
          outcome,
          reason,
          revision: review.revision,
          evidenceDigest: review.evidenceDigest,
          form: { dispositions },
        }),
      });
    },
  };
}

async function ask(url: string, request: RequestInit): Promise<unknown> {
  const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(15_000) }).catch((error: unknown) => {
    throw new Error(`Countersign did not answer at ${new URL(url).origin}. Is it still running?`, { cause: error });
  });
  const body: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) return body;
  const problem = problemSchema.safeParse(body);
  if (problem.success) throw new Refusal(problem.data);
  throw new Error(`${new URL(url).pathname} answered ${answer.status} without saying why.`);
}
