import { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { join } from 'node:path';
import { installRoutes } from './app-manifest.ts';
import { loadAssets, type Assets } from './assets.ts';
import type { Web, WebEnv } from './context.ts';
import { demoMailRoutes } from './pages/demo-mail.tsx';
import { demoSlackRoutes } from './pages/demo-slack.tsx';
import { mailReviewRoutes } from './pages/mail-review.tsx';
import { inboxRoutes } from './pages/reviews.tsx';
import { journalRoutes } from './pages/journal.tsx';
import { modelRoutes } from './pages/models.tsx';
import { policyRoutes } from './pages/policies.tsx';
import { sendError, sendProblem } from './pages/problem.tsx';
import { reviewRoutes } from './pages/review.tsx';
import { signInRoutes } from './pages/sign-in.tsx';
import { settingsRoutes } from './pages/settings.tsx';
import { stepUpRoutes } from './pages/step-up.tsx';
import { slackLinkRoutes } from './pages/slack-link.tsx';
import { versionRoutes } from './pages/version.tsx';
import { requireForm } from './require-form.ts';
import { safeNext } from './routes.ts';
import { themeCookie } from './send-page.tsx';

export interface WebOptions extends Omit<Web, 'assets'> {
  /** @default what `scripts/build-assets.mjs` made */
  assets?: Assets;
}

const builtAssets = join(import.meta.dirname, '../dist/assets');

const yearInSeconds = 365 * 24 * 60 * 60;

/** Every page, to be mounted last at `/`: what it does not know it answers with a page that says so. */
export function createWeb({ assets = loadAssets(builtAssets), ...options }: WebOptions): Hono<WebEnv> {
  const web: Web = { ...options, assets };
  const { publicUrl } = options;
  const app = new Hono<WebEnv>();

  app.get('/assets/:name', (context) => {
    const asset = assets.read(context.req.param('name'));
    if (!asset) return context.notFound();
    return context.body(asset.body, 200, {
      'content-type': asset.mediaType,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
  });

  app.route('/', installRoutes(assets));

  app.use(async (context, next) => {
    await next();
    // Pages hold what only this person may see.
    // Not by context.header, which makes a stream of a body that is there already.
    context.res.headers.set('cache-control', 'private, no-store');
  });

  app.use(requireForm);

  app.post('/theme', async (context) => {
    const { theme, next } = await context.req.parseBody();
    const isChosen = theme === 'light' || theme === 'dark';
    setCookie(context, themeCookie, isChosen ? theme : '', {
      path: '/',
      sameSite: 'Lax',
      maxAge: isChosen ? yearInSeconds : 0,
      secure: publicUrl.startsWith('https:'),
    });
    return context.redirect(safeNext(typeof next === 'string' ? next : undefined), 303);
  });

  app.route('/', signInRoutes(web));
  app.route('/', slackLinkRoutes(web));
  app.route('/', inboxRoutes(web));
  app.route('/', reviewRoutes(web));
  app.route('/', stepUpRoutes(web));
  app.route('/', settingsRoutes(web));
  app.route('/', mailReviewRoutes(web));
  app.route('/', modelRoutes(web));
  app.route('/', versionRoutes(web));
  app.route('/', journalRoutes(web));
  app.route('/', policyRoutes(web));
  if (web.demo && web.mailbox) app.route('/', demoMailRoutes(web, web.mailbox));
  if (web.demo && web.slack) app.route('/', demoSlackRoutes(web, web.slack));

  // The API answers for its own addresses, in JSON.
  app.all('*', async (context, next) => {
    if (context.req.path.startsWith('/v1/')) return next();
    return sendProblem(context, web, { code: 'NOT_FOUND', detail: undefined });
  });
  app.onError((error, context) => sendError(context, web, error));
  return app;
}
