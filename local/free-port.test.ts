import { createServer, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { findFreePort } from './free-port.ts';

describe('findFreePort', () => {
  it('keeps the port of the last start while nobody else has it', async () => {
    const port = await findFreePort();
    expect(await findFreePort(port)).toBe(port);
  });

  it('takes another when a program has it, below the range that outgoing connections use', async () => {
    const taken = await findFreePort();
    const stranger = await listenOn(taken);
    const port = await findFreePort(taken);
    stranger.close();
    expect(port).not.toBe(taken);
    expect(port).toBeLessThan(32_768);
  });
});

function listenOn(port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
