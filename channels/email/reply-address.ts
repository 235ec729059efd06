// The address that a person answers a review's mail to: signed for this very person, and short and plain enough for every mail server.
import { createHmac, timingSafeEqual } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const MAC_LETTERS = 26;

/** `review+<id>.<mac>@domain`; lower case throughout, as some servers make it. */
export const replyAddress = (key: Buffer, reviewId: string, handle: string, domain: string): string =>
  `review+${reviewId}.${macOf(key, reviewId, handle)}@${domain}`;

export interface ReplyTarget {
  reviewId: string;
  mac: string;
}

/** What an address says it is; nothing is proved yet. */
export function parseReplyAddress(address: string): ReplyTarget | undefined {
  const [, reviewId, mac] = /^review\+(rev_[0-9a-z]{1,40})\.([0-9a-z]{26})@[^@]+$/.exec(address.toLowerCase()) ?? [];
  return reviewId === undefined || mac === undefined ? undefined : { reviewId, mac };
}

/** Whether we gave this address to this person. */
export function isReplyOf(key: Buffer, { reviewId, mac }: ReplyTarget, handle: string): boolean {
  const expected = Buffer.from(macOf(key, reviewId, handle));
  const given = Buffer.from(mac);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** 130 bits in Crockford's base 32. */
function macOf(key: Buffer, reviewId: string, handle: string): string {
  const bytes = createHmac('sha256', key).update(`reply\0${reviewId}\0${handle}`).digest();
  let letters = '';
  for (let i = 0; i < MAC_LETTERS; i++) letters += alphabet[bytes[i]! & 31];
  return letters;
}
