import { readFileSync } from 'node:fs';
import type { AppDeps, AppEnv } from '../app-deps.ts';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { renderDocs } from './docs-page.ts';
import { createRouter } from './documented.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const stylesheet = readFileSync(new URL('docs.css', import.meta.url), 'utf8');

/** `/openapi.json`, made from the schemas that the routes of `app` parse with, and `/docs`, a page made from it. */
export function createDescriptionRoutes(app: OpenAPIHono<AppEnv>, { publicUrl }: AppDeps) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'An access token, cst_…',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-countersign',
    description: 'A browser that signed in',
  });
  let made: { json: string; html: string } | undefined;
  const describe = () => {
    const description = app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'Countersign',
        version,
        description:
          'Human sign-off for machine-learning models. Times are RFC 3339 in UTC, digests sha256:<64 hex>, ids opaque; lists are { items, nextCursor }.',
        license: { name: 'Apache-2.0' },
      },
      servers: [{ url: publicUrl }],
    });
    return { json: JSON.stringify(description), html: renderDocs(description) };
  };
  const description = () => (made ??= describe());
  const router = createRouter();
  router.get('/openapi.json', (c) => c.body(description().json, 200, { 'Content-Type': 'application/json' }));
  router.get('/docs', (c) => c.html(description().html));
  router.get('/docs.css', (c) => c.body(stylesheet, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  return router;
}
