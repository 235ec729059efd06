import { randomFillSync } from 'node:crypto';

const prefixes = {
  modelVersion: 'mver',
  process: 'proc',
  review: 'rev',
  decision: 'dec',
  comment: 'cmt',
  attachment: 'att',
  condition: 'cond',
  deferral: 'defr',
  absence: 'abs',
  notice: 'note',
  endpoint: 'hook',
  event: 'evt',
  filter: 'flt',
} as const;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const pool = Buffer.alloc(16 * 256);
let used = pool.length;

/** A new opaque id such as `rev_7k3…`: 20 characters of Crockford's base 32, 100 random bits. */
export function newId(kind: keyof typeof prefixes): string {
  if (used + 20 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  let id = `${prefixes[kind]}_`;
  for (let i = 0; i < 20; i++) id += alphabet[pool[used++]! & 31];
  return id;
}
