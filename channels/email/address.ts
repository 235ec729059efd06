// One mailbox, read strictly. A mail library takes a string for a list and a quoted name for what it likes; this takes one addr-spec or nothing.
import { domainToASCII, domainToUnicode } from 'node:url';

export interface Mailbox {
  local: string;
  /** In ASCII and lower case. */
  domain: string;
  /** `local@domain` */
  address: string;
}

const MAXIMUM_LENGTH = 254;
const MAXIMUM_LOCAL = 64;
const atom = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const asciiLabel = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The address when the text is exactly one plain addr-spec of RFC 5321 that cannot be mistaken for another; undefined otherwise. */
export function parseAddress(text: unknown): Mailbox | undefined {
  if (typeof text !== 'string' || text.length > MAXIMUM_LENGTH) return undefined;
  const parts = text.split('@');
  const [local, written] = parts;
  if (parts.length !== 2 || !local || !written) return undefined;
  if (local.length > MAXIMUM_LOCAL || !atom.test(local)) return undefined;
  const domain = asciiDomain(written);
  if (domain === undefined) return undefined;
  const address = `${local}@${domain}`;
  return address.length > MAXIMUM_LENGTH ? undefined : { local, domain, address };
}

function asciiDomain(written: string): string | undefined {
  // domainToASCII forgives much: ports, percent signs, whole paths. What is no letter, digit, dot or hyphen never gets there.
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(written)) return undefined;
  const domain = domainToASCII(written).toLowerCase();
  const labels = domain.split('.');
  if (domain.length > 253 || labels.some((label) => !asciiLabel.test(label))) return undefined;
  if (labels.length < 2 && domain !== 'localhost') return undefined;
  if (/^\d+$/.test(labels.at(-1) ?? '')) return undefined;
  const spelled = domainToUnicode(domain).split('.');
  // A label that looks like ASCII and is not decoded means a punycode that says nothing valid.
  if (spelled.some((label) => label.startsWith('xn--') || isMisleading(label))) return undefined;
  return domain;
}

/** Scripts that one language writes together. */
const scriptGroups: readonly RegExp[] = [
  /^[\p{scx=Latin}\p{N}\p{M}-]+$/u,
  /^[\p{scx=Cyrillic}\p{N}\p{M}-]+$/u,
  /^[\p{scx=Greek}\p{N}\p{M}-]+$/u,
  /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{N}\p{M}-]+$/u,
  /^[\p{scx=Han}\p{scx=Hangul}\p{N}\p{M}-]+$/u,
  /^[\p{scx=Han}\p{scx=Bopomofo}\p{N}\p{M}-]+$/u,
  /^[\p{scx=Arabic}\p{N}\p{M}-]+$/u,
  /^[\p{scx=Hebrew}\p{N}\p{M}-]+$/u,
  /^[\p{scx=Thai}\p{N}\p{M}-]+$/u,
  /^[\p{scx=Devanagari}\p{N}\p{M}-]+$/u,
];

/** Letters of Cyrillic and Greek, and Latin ones beyond ASCII, that read as ASCII letters. */
const lookalikes = /^[аеорсухіјѕһԁԛԝӏьгвкмнтпԍґүαινορυκχτωɑɡıɩʋℓ0-9-]+$/u;

/** Whether a label mixes scripts, or is wholly made of letters that pass for ASCII. */
function isMisleading(label: string): boolean {
  if (/^[\w-]+$/.test(label)) return false;
  return !scriptGroups.some((script) => script.test(label)) || lookalikes.test(label) || /[ɑɡıɩʋℓ]/u.test(label);
}

/** `Name <address>` or a bare address, as a setting spells it; undefined where it is neither. */
export function parseSender(text: string): { name: string; address: string } | undefined {
  const named = /^\s*"?([^"<>@\r\n]*?)"?\s*<([^<>\s]+)>\s*$/.exec(text);
  const mailbox = parseAddress(named ? named[2] : text.trim());
  return mailbox && { name: named?.[1]?.trim() || 'Countersign', address: mailbox.address };
}
