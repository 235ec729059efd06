import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { AppDeps, AppEnv } from './app-deps.ts';

const quietRoutes = new Set(['/healthz', '/readyz', '/metrics']);

/** Names every request, times it, and writes one line about it: no bodies, no queries, no tokens. */
export function observe({ logger, metrics, publicUrl }: AppDeps): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const start = performance.now();
    // Ours alone: a name that a client chose could be that of another request.
    const requestId = randomUUID();
    c.set('requestId', requestId);
    c.set('publicUrl', publicUrl);
    c.set('logger', logger);
    // Before the handler: a header set on an answer that is made already turns its body into a stream, at ten times the cost.
    c.header('X-Request-Id', requestId);
    await next();
    const { method } = c.req;
    const { status } = c.res;
    const route = routePath(c);
    const durationMs = Math.round((performance.now() - start) * 100) / 100;
    metrics.requests.observe({ method, route, status: String(status) }, durationMs / 1000);
    const level = status >= 500 ? 'error' : quietRoutes.has(route) ? 'debug' : 'info';
    logger[level](
      {
        requestId,
        method,
        route,
        path: c.req.path,
        status,
        durationMs,
        caller: c.get('caller')?.person.handle,
        channel: c.get('caller')?.channel,
        problem: c.get('problem'),
      },
      'request',
    );
  };
}
