import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Logger } from 'pino';
import type { SlackReceiver } from '../channels/slack/receive.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { LiveFeed } from './live/live-feed.ts';
import type { Metrics } from './metrics.ts';
import type { ReconcileDeps } from './services/reconcile.ts';
import type { RateLimits } from './rate-limit.ts';
import type { Caller } from './services/caller.ts';
import type { InboundMail } from './services/receive-mail.ts';
import type { PushDeps } from './services/push-subscriptions.ts';
import type { IntakeDeps } from './services/receive-delivery.ts';
import type { WebhookDeps } from './services/manage-webhooks.ts';

/** What the server hands to the app. */
export interface AppDeps extends IntakeDeps, WebhookDeps, PushDeps {
  logger: Logger;
  metrics: Metrics;
  /** A real call to Temporal; rejects when it is away. */
  temporalProbe: () => Promise<void>;
  describeWorkflow: ReconcileDeps['describeWorkflow'];
  /** What open pages are told. */
  live: LiveFeed;
  rateLimits?: Partial<RateLimits>;
  /** Whether `/metrics` answers without a token. @default false */
  isMetricsOpen?: boolean;
  /** Absent where Slack is not set up. */
  slack?: Pick<SlackReceiver, 'receive'>;
  /** The demo's own Slack, as that would be reached. */
  slackApi?: Hono;
  /** Absent where no mail is taken in. */
  inboundMail?: InboundMail;
  /** The pages, mounted at `/` behind the API. */
  web?: Hono<PageEnv>;
}

/** What every page finds in its context: no caller while nobody is signed in. */
export interface PageEnv {
  Variables: { caller: Caller | undefined } & Pick<AppEnv['Variables'], 'logger' | 'requestId'>;
}

/** What every handler of the app finds in its context. */
export interface AppEnv {
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    publicUrl: string;
    logger: Logger;
    /** Set on `/v1` once the caller is known. */
    caller: Caller;
    /** Set by a handler that writes its answer to the socket itself: called once with all headers. */
    openStream: ((headers: Headers) => void) | undefined;
    /** The code of the problem that was answered, for the log. */
    problem: ErrorCode;
  };
}
