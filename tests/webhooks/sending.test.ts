import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { connect } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newSecret, openSecret, publicKeyOf, sealSecret } from '../../integrations/webhooks/secrets.ts';
import { sendDelivery, type SendOptions } from '../../integrations/webhooks/send-delivery.ts';
import { createTargetGuard, type Address } from '../../integrations/webhooks/target-guard.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

const guard = createTargetGuard({ allowed: ['127.0.0.1'] });
const body = '{"type":"review.completed","data":{"naïve":"☂"}}';
const send = (secrets: string[], change: Partial<SendOptions> = {}, url = receiver.url) =>
  sendDelivery({ id: 'evt_1', url, body, secrets }, { guard, now: () => new Date(), timeoutMs: 5_000, ...change });

/** What a receiver makes of a `whpk_…`. */
const verifyingKeyOf = (publicKey: string): KeyObject =>
  createPublicKey({
    key: {
      kty: 'OKP',
      crv: 'Ed25519',
      x: Buffer.from(publicKey.slice('whpk_'.length), 'base64').toString('base64url'),
    },
    format: 'jwk',
  });

describe('a webhook that leaves', () => {
  it('holds for the library of Standard Webhooks, under either secret while they change', async () => {
    const secrets = [newSecret('v1'), newSecret('v1')];
    expect(await send(secrets)).toEqual({ kind: 'delivered', status: 204 });
    const [got] = receiver.received;
    expect(got!.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    for (const secret of secrets)
      expect(new Webhook(secret).verify(got!.body, got!.headers as Record<string, string>)).toEqual(JSON.parse(body));
    expect(() => new Webhook(newSecret('v1')).verify(got!.body, got!.headers as Record<string, string>)).toThrow(
      'No matching signature found',
    );
    expect(() => new Webhook(secrets[0]!).verify(`${got!.body} `, got!.headers as Record<string, string>)).toThrow(
      'No matching signature found',
    );
  });

  it('holds under the public key where it is signed with Ed25519', async () => {
    const secret = newSecret('v1a');
    await send([secret]);
    const { headers, body: sent } = receiver.received[0]!;
    const [version, signature] = String(headers['webhook-signature']).split(',');
    const signed = Buffer.from(`${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${sent}`);
    expect(version).toBe('v1a');
    const key = verifyingKeyOf(publicKeyOf(secret)!);
    expect(verify(null, signed, key, Buffer.from(signature!, 'base64'))).toBe(true);
    expect(verify(null, Buffer.concat([signed, Buffer.from(' ')]), key, Buffer.from(signature!, 'base64'))).toBe(false);
  });

  it('is not delivered by a redirect, and does not follow it', async () => {
    const canary = await startReceiver();
    for (const status of [301, 302, 303, 307, 308]) {
      receiver.answer((_, response) => void response.writeHead(status, { location: canary.url }).end());
      expect(await send([newSecret('v1')])).toMatchObject({ kind: 'failed', status });
    }
    expect(canary.connections()).toBe(0);
    await canary.close();
  });

  it('tells what the receiver answered: no more, later, or a fault', async () => {
    const answers = [
      [410, {}, { kind: 'gone', status: 410 }],
      [429, { 'retry-after': '77' }, { kind: 'failed', status: 429, retryAfterMs: 77_000 }],
      [503, { 'retry-after': 'garbage' }, { kind: 'failed', status: 503, retryAfterMs: null }],
      [404, {}, { kind: 'failed', status: 404, retryAfterMs: null }],
      [200, {}, { kind: 'delivered', status: 200 }],
    ] as const;
    for (const [status, headers, result] of answers) {
      receiver.answer((_, response) => void response.writeHead(status, headers).end('x'.repeat(100)));
      expect(await send([newSecret('v1')])).toMatchObject(result);
    }
  });

  it('waits no longer than it says, and reads no answer without end', async () => {
    receiver.answer(() => undefined);
    expect(await send([newSecret('v1')], { timeoutMs: 100 })).toMatchObject({ kind: 'failed', error: 'did not answer within 0.1 s' }); // prettier-ignore
    let written = 0;
    receiver.answer((_, response) => {
      response.writeHead(200);
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) written += 65_536;
      };
      response.on('drain', pour);
      pour();
    });
    expect(await send([newSecret('v1')])).toEqual({ kind: 'delivered', status: 200 });
    expect(written).toBeLessThan(64 * 1024 * 1024);
    receiver.answer((_, response) => void response.destroy());
    expect(await send([newSecret('v1')])).toMatchObject({ kind: 'failed', status: null });
  });

  it('names a name that nobody answers for', async () => {
    const lookup = () => Promise.reject(new Error('ENOTFOUND'));
    const result = await send([newSecret('v1')], { guard: createTargetGuard({ lookup }) }, 'https://gone.example.com/');
    expect(result).toMatchObject({ kind: 'failed', error: 'gone.example.com cannot be found.' });
  });
});

describe('a webhook towards ourselves', () => {
  it('never connects: private addresses in every spelling, names that change their mind, mixed answers', async () => {
    const canaries = [await startReceiver('127.0.0.1'), await startReceiver('0.0.0.0'), await startReceiver('::1')];
    const portOf = ({ url }: Receiver) => new URL(url).port;
    // They do listen.
    for (const canary of canaries) await new Promise<void>((done) => connect(Number(portOf(canary)), new URL(canary.url).hostname.replace(/[[\]]/g, '')).once('connect', function (this: { destroy: () => void }) { this.destroy(); done(); })); // prettier-ignore
    const hosts = ['127.0.0.1', '127.1', '127.0.1', '2130706433', '0x7f000001', '017700000001', '0x7f.1', '0177.0.0.1', '127.0.0.1.', '１２７.0.0.1', '127。0。0。1', '0', '0.0.0.0', '127.255.255.254', 'localhost', 'LOCALHOST.', 'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ', '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:0:0:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]']; // prettier-ignore
    const strict = createTargetGuard();
    let tried = 0;
    for (const canary of canaries)
      for (const host of hosts)
        for (const scheme of ['http', 'https']) {
          const result = await send([newSecret('v1')], { guard: strict }, `${scheme}://${host}:${portOf(canary)}/`);
          expect(result.kind, host).toBe('failed');
          tried++;
        }
    const loopback: Address[] = [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
      { address: '::ffff:127.0.0.1', family: 6 },
      { address: '0.0.0.0', family: 4 },
    ];
    const open: Address = { address: '192.0.1.1', family: 4 };
    for (const canary of canaries)
      for (const address of loopback)
        for (const answer of [[address], [open, address], [address, open]]) {
          const mixed = createTargetGuard({ lookup: async () => answer });
          const result = await send([newSecret('v1')], { guard: mixed }, `http://hooks.example.com:${portOf(canary)}/`);
          expect(result).toMatchObject({ kind: 'failed', error: 'hooks.example.com is not an address of the open internet.' }); // prettier-ignore
          tried++;
        }
    expect(tried).toBeGreaterThan(175);
    expect(canaries.map((canary) => canary.connections())).toEqual([1, 1, 1]);
    for (const canary of canaries) await canary.close();
  });

  it('goes to the address that was looked at, though the name means another by then', async () => {
    const { port } = new URL(receiver.url);
    let asked = 0;
    const rebinding = createTargetGuard({
      allowed: ['127.0.0.0/8'],
      // Only the first answer leads to the receiver; nothing listens at the second.
      lookup: async () => [{ address: asked++ === 0 ? '127.0.0.1' : '127.9.9.9', family: 4 }],
    });
    const result = await send([newSecret('v1')], { guard: rebinding }, `http://rebinding.example.com:${port}/`);
    expect(result).toEqual({ kind: 'delivered', status: 204 });
    expect(asked).toBe(1);
    expect(receiver.received[0]!.headers.host).toBe(`rebinding.example.com:${port}`);
  });
});

it('a secret can be opened with the key and for the endpoint that it was sealed with, and no other', () => {
  const key = Buffer.alloc(32, 1);
  const sealed = sealSecret(key, 'hook_1', 'whsec_abc');
  expect(sealed).not.toContain('whsec_abc');
  expect(openSecret(key, 'hook_1', sealed)).toBe('whsec_abc');
  expect(() => openSecret(key, 'hook_2', sealed)).toThrow('unable to authenticate');
  expect(() => openSecret(Buffer.alloc(32, 2), 'hook_1', sealed)).toThrow('unable to authenticate');
});
