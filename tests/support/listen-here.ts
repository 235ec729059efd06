import { serve } from '@hono/node-server';

export interface Listening {
  /** `http://127.0.0.1:port` */
  url: string;
  close: () => Promise<void>;
}

interface Answering {
  fetch: (request: Request, env: object) => Response | Promise<Response>;
}

/** An application on a port of its own. One that needs its address before it can be made is given later: until then the answer is 503. */
export async function listenHere(app: Answering | (() => Answering | undefined)): Promise<Listening> {
  const present = () => (typeof app === 'function' ? app() : app);
  const server = serve({
    fetch: (request, env) => present()?.fetch(request, env) ?? new Response(null, { status: 503 }),
    port: 0,
    hostname: '127.0.0.1',
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens nowhere');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
