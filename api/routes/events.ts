import { createRoute } from '@hono/zod-openapi';
import { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { AppDeps } from '../app-deps.ts';
import { nodeSink, streamSink } from '../live/node-sink.ts';
import { readScopeOf } from '../services/read-scope.ts';
import { createRouter, prepared, problemResponses, readProblems, signedIn } from './documented.ts';

const eventsRoute = createRoute({
  method: 'get', path: '/v1/events', tags: ['Events'], security: signedIn, operationId: 'streamEvents',
  summary: 'Hear that reviews and versions moved, as it happens',
  description:
    'Server-sent events. Each message holds `{ id, type, at, reviewId, revision, state, modelVersionId, model, version, stage }`, with the journal\'s type of the step; what it means for the caller is read from the other routes. ' +
    'The event `ready` greets. The event `reset` says that more was missed than is kept: read your lists again. `Last-Event-ID` resumes. A comment comes every 15 s. The connection ends after ten minutes; clients come back by themselves.',
  request: { headers: z.object({ 'last-event-id': z.string().max(100).optional().describe('The id of the last message that was heard') }) },
  responses: { 200: { description: 'A stream that goes on until one side ends it', content: { 'text/event-stream': { schema: z.string() } } }, ...readProblems, ...problemResponses(422) },
}); // prettier-ignore

export function createEventRoutes({ live }: AppDeps) {
  const router = createRouter();
  router.openapi(eventsRoute, (c) => {
    const caller = c.get('caller');
    const reader = {
      handle: caller.person.handle,
      scope: readScopeOf(caller),
      lastEventId: c.req.header('last-event-id'),
    };
    c.header('Content-Type', 'text/event-stream; charset=utf-8');
    c.header('Cache-Control', 'no-store, no-transform');
    // Proxies would gather what has to leave at once.
    c.header('X-Accel-Buffering', 'no');
    const outgoing = c.env?.outgoing;
    live.requireRoom(reader.handle);
    if (!(outgoing instanceof ServerResponse)) {
      const { sink, body, onCancel } = streamSink();
      onCancel(live.subscribe({ ...reader, sink }));
      return prepared(c.body(body));
    }
    c.set('openStream', (headers) => {
      if (outgoing.destroyed) return;
      const leave = live.subscribe({ ...reader, sink: nodeSink(outgoing, headers) });
      outgoing.once('close', leave);
    });
    return prepared(c.body(null));
  });
  return router;
}
