// The HTTP application: what every request passes, then the API, then the pages.
import { methodNotAllowed } from 'hono/method-not-allowed';
import { Refused } from '../domain/errors.ts';
import type { AppDeps } from './app-deps.ts';
import { identifyPageCaller } from './auth/identify-page-caller.ts';
import { requireCaller } from './auth/require-caller.ts';
import { requireOwnOrigin } from './browser-checks.ts';
import { problemResponse, refusalFrom } from './errors.ts';
import { openStreams } from './live/open-streams.ts';
import { observe } from './observe.ts';
import { requireOwnHost } from './own-host.ts';
import { pageHeaders } from './page-headers.ts';
import { createRateLimiters, limitByAddress } from './rate-limit.ts';
import { createAdminRoutes } from './routes/admin.ts';
import { createAttachmentRoutes } from './routes/attachments.ts';
import { createCheckpointRoutes } from './routes/checkpoints.ts';
import { createDescriptionRoutes } from './routes/description.ts';
import { createRouter } from './routes/documented.ts';
import { createEventRoutes } from './routes/events.ts';
import { createEvidenceRoutes } from './routes/evidence.ts';
import { createFigureRoutes } from './routes/figures.ts';
import { createHealthRoutes } from './routes/health.ts';
import { createHookRoutes } from './routes/hooks.ts';
import { createInboxRoutes } from './routes/inbox.ts';
import { createApprovalRoutes } from './routes/approvals.ts';
import { createJournalRoutes } from './routes/journal.ts';
import { createMailRoutes } from './routes/mail.ts';
import { createMetricsRoutes } from './routes/metrics.ts';
import { createModelRoutes } from './routes/models.ts';
import { createOwnSettingsRoutes } from './routes/own-settings.ts';
import { createPeopleRoutes } from './routes/people.ts';
import { createPolicyRoutes } from './routes/policies.ts';
import { createProcessRoutes } from './routes/processes.ts';
import { createPushRoutes } from './routes/push.ts';
import { createRebaseRoutes } from './routes/rebase-review.ts';
import { createReviewRoutes } from './routes/reviews.ts';
import { createReviewVerbRoutes } from './routes/review-verbs.ts';
import { createSlackRoutes } from './routes/slack.ts';
import { createWebhookEndpointRoutes } from './routes/webhook-endpoints.ts';

/** The app as `fetch` sees it. Opens nothing and listens nowhere. */
export function createApp(deps: AppDeps) {
  const app = createRouter();
  const limiters = createRateLimiters(deps.rateLimits);

  app.onError((error, c) => problemResponse(c, refusalFrom(c.var, error)));
  app.notFound((c) => problemResponse(c, new Refused('NOT_FOUND', 'There is nothing under this name.')));

  app.use(openStreams);
  app.use(observe(deps));
  app.use(pageHeaders(deps.publicUrl));
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        c.header('Allow', methods.join(', '));
        return problemResponse(c, new Refused('METHOD_NOT_ALLOWED', `Here are ${methods.join(', ')}.`));
      },
    }),
  );
  app.route('/', createHealthRoutes(deps));
  if (deps.demo) app.use(requireOwnHost);
  app.use(limitByAddress(limiters));
  app.use(requireOwnOrigin);
  app.route('/', createHookRoutes(deps));
  app.route('/', createSlackRoutes(deps));
  if (deps.slackApi) app.route('/', deps.slackApi);
  app.route('/', createMailRoutes(deps, limiters));
  app.use('/v1/*', requireCaller(deps, limiters));
  app.use('/metrics', deps.isMetricsOpen ? (_, next) => next() : requireCaller(deps, limiters));
  app.use('/v1/*', async (c, next) => {
    // What a route says of its own takes the place of this.
    c.header('Cache-Control', 'no-store');
    await next();
  });
  for (const routes of [
    createReviewRoutes,
    createReviewVerbRoutes,
    createInboxRoutes,
    createAttachmentRoutes,
    createModelRoutes,
    createProcessRoutes,
    createEvidenceRoutes,
    createApprovalRoutes,
    createJournalRoutes,
    createCheckpointRoutes,
    createAdminRoutes,
    createPolicyRoutes,
    createPeopleRoutes,
    createEventRoutes,
    createOwnSettingsRoutes,
    createPushRoutes,
    createRebaseRoutes,
    createWebhookEndpointRoutes,
    createMetricsRoutes,
    createFigureRoutes,
  ])
    app.route('/', routes(deps));
  app.route('/', createDescriptionRoutes(app, deps));
  app.all('/v1/*', (c) => c.notFound());
  if (deps.web) {
    app.use(identifyPageCaller(deps));
    app.route('/', deps.web);
  }
  return app;
}
