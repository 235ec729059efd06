// Stands before a Web API and does to its answers what networks and Slack do.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Trouble = (request: { method: string; pass: () => Promise<{ status: number; body: string }>; response: ServerResponse }) => Promise<void> | void; // prettier-ignore

export async function openFlakySlack(target: string) {
  let trouble: Trouble | undefined;
  const calls: string[] = [];
  const server = createServer((request, response) => {
    void handle(request, response).catch(() => response.destroy());
  });
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    // That of the moment at which it arrives: a request that is read late meets no later one.
    const met = trouble;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const method = (request.url ?? '').replace(/^\/api\//, '');
    calls.push(method);
    const pass = async () => {
      const answer = await fetch(`${target}${method}`, {
        method: 'POST',
        headers: { 'content-type': request.headers['content-type'] ?? '', authorization: request.headers.authorization ?? '' },
        body: new Uint8Array(Buffer.concat(chunks)),
      }); // prettier-ignore
      return { status: answer.status, body: await answer.text() };
    };
    if (met) return met({ method, pass, response });
    const { status, body } = await pass();
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    calls,
    setTrouble: (next: Trouble | undefined) => {
      trouble = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type FlakySlack = Awaited<ReturnType<typeof openFlakySlack>>;
