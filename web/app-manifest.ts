import { Hono } from 'hono';
import type { Assets } from './assets.ts';
import type { WebEnv } from './context.ts';

/** By what a browser installs the pages as an app. Both are the same for everybody. */
export function installRoutes(assets: Assets): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();

  routes.get('/manifest.webmanifest', (context) =>
    context.body(
      JSON.stringify({
        name: 'Countersign',
        short_name: 'Countersign',
        description: 'Human sign-off for machine-learning models',
        id: '/reviews',
        start_url: '/reviews',
        scope: '/',
        display: 'standalone',
        background_color: '#fafafa',
        theme_color: '#171717',
        icons: [
          { src: assets.href('icon-192.png'), sizes: '192x192', type: 'image/png' },
          { src: assets.href('icon-512.png'), sizes: '512x512', type: 'image/png' },
          { src: assets.href('icon-maskable.png'), sizes: '512x512', type: 'image/png', purpose: 'maskable' },
          { src: assets.href('icon.svg'), sizes: 'any', type: 'image/svg+xml' },
        ],
      }),
      200,
      { 'content-type': 'application/manifest+json', 'cache-control': 'public, max-age=3600' },
    ),
  );

  // At the root, so that it may serve every page's assets; asked for anew each time, so that a new one takes over.
  routes.get('/service-worker.js', (context) => {
    const script = assets.read(assets.href('service-worker.js').replace('/assets/', ''));
    if (!script) return context.notFound();
    return context.body(script.body, 200, { 'content-type': script.mediaType, 'cache-control': 'no-cache' });
  });

  return routes;
}
