import { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { csrf } from 'hono/csrf';
import { secureHeaders } from 'hono/secure-headers';
import type { Web, WebEnv } from './context.ts';
import { inboxRoutes } from './pages/reviews.tsx';
import { journalRoutes } from './pages/journal.tsx';
import { modelRoutes } from './pages/models.tsx';
import { policyRoutes } from './pages/policies.tsx';
import { sendError, sendProblem } from './pages/problem.tsx';
import { reviewRoutes } from './pages/review.tsx';
import { signInRoutes } from './pages/sign-in.tsx';
import { versionRoutes } from './pages/version.tsx';
import { safeNext } from './routes.ts';
import { themeCookie } from './send-page.tsx';

export interface WebOptions extends Web {
  /** Hears of faults of ours, which the reader is spared. */
  onError?: (error: Error) => void;
}

const yearInSeconds = 365 * 24 * 60 * 60;

/** Every page, to be mounted last at `/`: what it does not know it answers with a page that says so. */
export function createWeb(options: WebOptions): Hono<WebEnv> {
  const { assets, publicUrl } = options;
  const publicOrigin = new URL(publicUrl).origin;
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

  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        fontSrc: ["'self'"],
        // The arrow of a select is drawn in the style sheet.
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
      referrerPolicy: 'same-origin',
      xFrameOptions: 'DENY',
      // Plain HTTP on a laptop would otherwise be locked out of its own site.
      strictTransportSecurity: publicUrl.startsWith('https:'),
    }),
  );
  app.use(csrf({ origin: (origin, context) => origin === publicOrigin || origin === new URL(context.req.url).origin }));
  app.use(async (context, next) => {
    await next();
    // Pages hold what only this person may see.
    context.header('cache-control', 'private, no-store');
  });

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

  app.route('/', signInRoutes(options));
  app.route('/', inboxRoutes(options));
  app.route('/', reviewRoutes(options));
  app.route('/', modelRoutes(options));
  app.route('/', versionRoutes(options));
  app.route('/', journalRoutes(options));
  app.route('/', policyRoutes(options));

  // The API answers for its own addresses, in JSON.
  app.all('*', async (context, next) => {
    if (context.req.path.startsWith('/v1/')) return next();
    return sendProblem(context, options, { code: 'NOT_FOUND', detail: undefined });
  });
  app.onError((error, context) => sendError(context, options, error, options.onError ?? (() => undefined)));
  return app;
}
