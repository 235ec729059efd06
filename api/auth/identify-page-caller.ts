import type { MiddlewareHandler } from 'hono';
import type { PageEnv } from '../app-deps.ts';
import type { Deps } from '../services/deps.ts';
import { identifyCaller } from './identify-caller.ts';

/** Tells the pages who is signed in; undefined for nobody. Files that all may read are not worth asking for. */
export function identifyPageCaller(deps: Pick<Deps, 'database' | 'now'>): MiddlewareHandler<PageEnv> {
  return async (c, next) => {
    c.set('caller', c.req.path.startsWith('/assets/') ? undefined : await identifyCaller(deps, c));
    await next();
  };
}
