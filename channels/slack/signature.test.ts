import { expect, it } from 'vitest';
import { signatureOf, verifySignature } from './signature.ts';

// The example of Slack's own documentation.
const secret = '8f742231b10e8888abcd99yyyzzz85a5';
const timestamp = '1531420618';
const rawBody = Buffer.from('token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'); // prettier-ignore
const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503';
const now = new Date(Number(timestamp) * 1_000);
const after = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

it("signs as Slack's documentation does", () => {
  expect(signatureOf(secret, timestamp, rawBody)).toBe(signature);
  expect(() => verifySignature({ timestamp, signature, rawBody }, secret, now)).not.toThrow();
});

it('lets five minutes pass on both sides, and no more', () => {
  const at = (seconds: number) => () => verifySignature({ timestamp, signature, rawBody }, secret, after(seconds));
  expect(at(300)).not.toThrow();
  expect(at(-300)).not.toThrow();
  expect(at(301)).toThrow(/five minutes/);
  expect(at(-301)).toThrow(/five minutes/);
});

it.each<[string, Partial<{ timestamp: string; signature: string; rawBody: Buffer }>]>([
  ['another body', { rawBody: Buffer.from(`${rawBody.toString()} `) }],
  ['another time', { timestamp: '1531420619' }],
  ['capitals', { signature: signature.toUpperCase() }],
  ['another version', { signature: signature.replace('v0', 'v1') }],
  ['two of them', { signature: `${signature}, ${signature}` }],
  ['a time with a sign', { timestamp: `+${timestamp}` }],
  ['a time with a fraction', { timestamp: `${timestamp}.0` }],
])('refuses %s', (_, change) => {
  expect(() => verifySignature({ timestamp, signature, rawBody, ...change }, secret, now)).toThrow(/signature|seconds/);
});
