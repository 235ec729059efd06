// The pages and forms that people have before them, and what nobody would send there.
import type { Pick } from './malformed.ts';

export const forms = (reviewId: string) => [
  {
    path: `/reviews/${reviewId}/decisions`,
    form: { outcome: 'APPROVED', reason: 'x', revision: '1', evidenceDigest: 'sha256:x', key: 'k' },
  },
  { path: '/sign-in', form: { handle: 'nobody', next: '//evil.example', token: 'x' } },
  { path: '/theme', form: { theme: 'dark', next: 'javascript:alert(1)' } },
];

export const pages = [
  '/sign-in',
  '/reviews',
  '/reviews/{id}',
  '/reviews/{id}/documents/{digest}',
  '/models',
  '/models/{model}',
  '/models/{model}/versions/{version}',
  '/models/{model}/versions/{version}/documents/{digest}',
  '/journal',
  '/journal/verify',
  '/policies',
  '/policies/{id}/versions/{version}',
  '/assets/{name}',
];
export const pageParameters = [
  'next',
  'view',
  'state',
  'model',
  'cursor',
  'stream',
  'type',
  'actor',
  'from',
  'to',
  'queue',
  'limit',
  'q',
];

export function badForm(form: Record<string, string>, pick: Pick): string {
  const bad = pick([
    '%00',
    '%ff',
    '%',
    '%zz',
    '=',
    '&&&',
    '%F0%9F%98%80'.repeat(500),
    '1e999',
    '-1',
    '{"a":1}',
    "'--",
    '%0d%0a',
    '[]=1',
    '__proto__=1',
    'x'.repeat(20_000),
  ]);
  const key = pick(Object.keys(form));
  const entries = Object.entries(form).map(
    ([name, value]) => `${name}=${name === key ? bad : encodeURIComponent(value)}`,
  );
  return pick([entries.join('&'), bad, `${bad}=${bad}`, entries.slice(1).join('&'), '']);
}
