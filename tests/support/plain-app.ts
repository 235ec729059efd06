// The whole HTTP application, API and pages, over a database that is given, with nothing else behind it. Knows no test runner.
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { pino } from 'pino';
import { createApp } from '../../api/app.ts';
import type { AppDeps } from '../../api/app-deps.ts';
import { newAccessToken } from '../../api/auth/access-token.ts';
import { createLiveFeed } from '../../api/live/live-feed.ts';
import { createMetrics } from '../../api/metrics.ts';
import type { Database } from '../../db/client.ts';
import { accessTokens } from '../../db/schema/index.ts';
import { vapidKeysOf } from '../../integrations/push/vapid-keys.ts';
import { createTargetGuard } from '../../integrations/webhooks/target-guard.ts';
import { demoPeople } from '../../demo/people.ts';
import { createWeb, type WebOptions } from '../../web/app.tsx';
import { loadAssets } from '../../web/assets.ts';
import { bindWebServices } from '../../web/bind-services.ts';
import { webhookSecret } from './seed.ts';

/** People sign in by a press; limits are out of the way. */
export function createPlainApp(database: Database, change: Partial<AppDeps> = {}, pages: Partial<WebOptions> = {}) {
  const publicUrl = change.publicUrl ?? 'http://countersign.test';
  const plenty = { requests: 1_000_000_000, seconds: 1 };
  const deps: AppDeps = {
    database,
    now: () => new Date(),
    publicUrl,
    fileRoots: ['/models'],
    demo: true,
    wakeRelay: () => undefined,
    cursorKey: randomBytes(32),
    logger: pino({ level: 'silent' }),
    live: createLiveFeed(),
    webhooks: { guard: createTargetGuard(), secretKey: randomBytes(32) },
    push: vapidKeysOf(Buffer.alloc(32, 7)),
    metrics: createMetrics(database),
    sourceOf: (source) => (source === 'generic' ? { secrets: [webhookSecret], account: 'pipeline' } : undefined),
    temporalProbe: async () => {},
    describeWorkflow: async () => 'RUNNING',
    rateLimits: { caller: plenty, address: plenty, failures: plenty },
    ...change,
  };
  const web = createWeb({
    services: bindWebServices(deps),
    publicUrl,
    demo: deps.demo,
    now: deps.now,
    assets: loadAssets(resolve(import.meta.dirname, '../../dist/assets')),
    ...pages,
  });
  return createApp({ ...deps, web });
}

/** A token for everybody. */
export async function giveTokens(database: Database): Promise<(handle: string) => string> {
  const tokens = new Map(demoPeople.map(({ handle }) => [handle, newAccessToken()]));
  await database.db
    .insert(accessTokens)
    .values([...tokens].map(([handle, { tokenHash }]) => ({ handle, tokenHash, label: 'test' })));
  return (handle) => {
    const token = tokens.get(handle)?.token;
    if (token === undefined) throw new Error(`${handle} has no token`);
    return token;
  };
}
