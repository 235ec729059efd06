// The HTTP application over a house without workers: what people and pipelines meet, answered by the real database.
import { reviewRulesOf } from '../../domain/review-policy.ts';
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { createApp } from '../../api/app.ts';
import type { AppDeps } from '../../api/app-deps.ts';
import { newAccessToken } from '../../api/auth/access-token.ts';
import { createLiveFeed } from '../../api/live/live-feed.ts';
import { createMetrics } from '../../api/metrics.ts';
import type { Finding } from '../../domain/evidence.ts';
import { vapidKeysOf } from '../../integrations/push/vapid-keys.ts';
import { createTargetGuard } from '../../integrations/webhooks/target-guard.ts';
import { newId } from '../../db/new-id.ts';
import { insertDocuments } from '../../db/queries/evidence.ts';
import { getPinnedPolicy } from '../../db/queries/policies.ts';
import { insertReview } from '../../db/queries/reviews.ts';
import { accessTokens } from '../../db/schema/index.ts';
import { demoPeople } from '../../demo/people.ts';
import { buildEvidence, buildSubmission, digestOf } from './build.ts';
import { openHouse } from './house.ts';
import { plantValidation } from './plant-validation.ts';

export interface Ask {
  /** Handle of the person whose token is sent; nobody's by default. */
  as?: string;
  headers?: Record<string, string>;
  /** Sent as JSON, or as it is when it is text or bytes. */
  body?: unknown;
}

export type Api = Awaited<ReturnType<typeof openApi>>;

export async function openApi(change: Partial<AppDeps> = {}) {
  const house = await openHouse({ withWorkers: false });
  const { database } = house;
  const tokens = new Map(demoPeople.map(({ handle }) => [handle, newAccessToken()]));
  await database.db
    .insert(accessTokens)
    .values([...tokens].map(([handle, { tokenHash }]) => ({ handle, tokenHash, label: 'test' })));
  const log: string[] = [];
  const deps: AppDeps = {
    ...house.deps,
    demo: true,
    cursorKey: randomBytes(32),
    logger: pino({ level: 'info' }, { write: (line) => void log.push(line) }),
    live: createLiveFeed(),
    webhooks: { guard: createTargetGuard(), secretKey: randomBytes(32) },
    push: vapidKeysOf(Buffer.alloc(32, 7)),
    metrics: createMetrics(database),
    temporalProbe: async () => {},
    describeWorkflow: async () => 'RUNNING',
    ...change,
  };
  const app = createApp(deps);

  const tokenOf = (handle: string): string => {
    const token = tokens.get(handle)?.token;
    if (token === undefined) throw new Error(`${handle} has no token`);
    return token;
  };

  const ask = async (method: string, path: string, { as, headers = {}, body }: Ask = {}): Promise<Response> => {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    return app.request(path, {
      method,
      headers: {
        ...(as === undefined ? {} : { authorization: `Bearer ${tokenOf(as)}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: isRaw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    });
  };

  return {
    ...house,
    house,
    deps,
    app,
    ask,
    tokenOf,
    /** The lines that were logged. */
    log,

    /** What a route answers, as JSON. */
    read: async <T = Record<string, unknown>>(path: string, as = 'auditor'): Promise<T> =>
      (await (await ask('GET', path, { as })).json()) as T,

    decideOn: async (review: PlantedReview, as: string, command: Record<string, unknown> = {}, headers = {}) =>
      ask('POST', `/v1/reviews/${review.id}/decisions`, {
        as,
        headers: { 'idempotency-key': randomBytes(8).toString('hex'), ...headers },
        body: {
          outcome: 'APPROVED',
          reason: `Read the plan and the metrics, ${randomBytes(6).toString('hex')}`,
          revision: 1,
          evidenceDigest: review.evidenceDigest,
          ...command,
        },
      }),

    /** A version whose validation waits for a validator: submitted by its webhook, evidence and review as the workflow would write them. */
    plantReview: async (
      options: { findings?: Finding[]; dueAt?: Date; model?: string; quorum?: number } = {},
    ): Promise<PlantedReview> => {
      const submission = buildSubmission({
        riskTier: 'high',
        ...(options.model === undefined ? {} : { model: options.model }),
      });
      const { modelVersionId } = await house.submit(submission);
      const version = await house.versionOf(modelVersionId);
      const policy = await getPinnedPolicy(database.db, version.policyId, version.policyVersion);
      const findings = options.findings ?? [];
      const evidence = buildEvidence(
        {
          modelVersion: { id: modelVersionId, model: version.model, version: version.version },
          round: 1,
          policy,
          champion: null,
          submission,
        } as Parameters<typeof buildEvidence>[0],
        findings,
      );
      const id = newId('review');
      const processId = newId('process');
      const at = new Date();
      const dueAt = options.dueAt ?? new Date(at.getTime() + 3 * 86_400_000);
      await database.withTransaction(async (tx) => {
        await plantValidation(tx, { processId, evidence });
        await insertReview(
          tx,
          {
            id,
            processId,
            processKind: 'validation',
            modelVersionId,
            model: version.model,
            version: version.version,
            riskTier: 'high',
            kind: 'sign_off',
            signOff: policy.rules.validation.signOff.name,
            round: 1,
            title: 'Validation',
            question: `Is ${version.model} ${version.version} sound?`,
            summary: 'Nothing stands out.',
            state: 'READY',
            revision: 1,
            materialRevision: 1,
            evidenceDigest: evidence.digest,
            quorumRequired: options.quorum ?? 1,
            missingRoles: ['validator'],
            terms: {
              signOff: policy.rules.validation.signOff,
              reason: policy.rules.reason,
              rules: reviewRulesOf(policy.rules),
              policy: { id: policy.id, version: policy.version },
              commitAuthors: [],
              accountable: null,
              owner: version.owner,
              author: version.author,
              contributors: version.contributors,
              findingsToAnswer: findings,
              findingCounts: { toJudge: findings.length, warnings: 0, passed: 0, notAssessable: 0 },
            },
            dueAt,
            createdAt: at,
          },
          [
            { handle: 'validator-1', role: 'validator' },
            { handle: 'validator-2', role: 'validator' },
          ],
        );
      });
      return {
        id,
        processId,
        modelVersionId,
        model: version.model,
        version: version.version,
        evidenceDigest: evidence.digest,
        evidenceBytes: evidence.bytes,
      };
    },

    /** A document that no pack names yet. */
    plantDocument: async (text: string): Promise<string> => {
      const digest = digestOf(text);
      await insertDocuments(database.db, [{ digest, mediaType: 'text/markdown', content: Buffer.from(text) }]);
      return digest;
    },
  };
}

export interface PlantedReview {
  id: string;
  processId: string;
  modelVersionId: string;
  model: string;
  version: string;
  evidenceDigest: string;
  evidenceBytes: string;
}
