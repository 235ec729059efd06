import { describe, expect, it } from 'vitest';
import { parseAddress, parseSender } from './address.ts';

const good: [string, string][] = [
  ['vera@example.com', 'vera@example.com'],
  ['Vera.Okafor+reviews@Example.COM', 'Vera.Okafor+reviews@example.com'],
  ["o'brien@example.co.uk", "o'brien@example.co.uk"],
  ['a@localhost', 'a@localhost'],
  ['a@bücher.example', 'a@xn--bcher-kva.example'],
  ['a@xn--bcher-kva.example', 'a@xn--bcher-kva.example'],
  ['a@例え.テスト', 'a@xn--r8jz45g.xn--zckzah'],
  ['a@почта.рф', 'a@xn--80a1acny.xn--p1ai'],
  [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
];

const bad: [string, unknown][] = [
  ['nothing', ''],
  ['no text', { address: 'a@example.com' }],
  ['a list', 'a@example.com, b@example.com'],
  ['a list with a semicolon', 'a@example.com; b@example.com'],
  ['a name before it', 'Vera <a@example.com>'],
  ['angle brackets', '<a@example.com>'],
  ['a quoted name that hides another', '"x" <b@x.example>, evil@x.example'],
  ['a quoted local part', '"a b"@example.com'],
  ['a quoted local part with an at', '"evil@x.example"@example.com'],
  ['two ats', 'a@b@example.com'],
  ['a comment', 'a(comment)@example.com'],
  ['a space', 'a b@example.com'],
  ['a space around it', ' a@example.com'],
  ['an end of line', 'a@example.com\r\nBcc: b@example.com'],
  ['an end of line in front', '\na@example.com'],
  ['NUL', 'a\u0000@example.com'],
  ['a tab', 'a@example.com\t'],
  ['a dot first', '.a@example.com'],
  ['two dots', 'a..b@example.com'],
  ['letters beyond ASCII before the at', 'vérà@example.com'],
  ['an address literal', 'a@[127.0.0.1]'],
  ['an IPv4 address', 'a@127.0.0.1'],
  ['a port', 'a@example.com:25'],
  ['a path', 'a@example.com/evil'],
  ['percent signs', 'a@ex%61mple.com'],
  ['a domain of one word', 'a@example'],
  ['a label with a hyphen at its end', 'a@example-.com'],
  ['an empty label', 'a@example..com'],
  ['a dot at the end', 'a@example.com.'],
  ['an underscore', 'a@exa_mple.com'],
  ['a long local part', `${'a'.repeat(65)}@example.com`],
  ['a long label', `a@${'a'.repeat(64)}.com`],
  ['a long domain', `a@${'abcdefgh.'.repeat(28)}com`],
  ['a megabyte', `${'a'.repeat(1_000_000)}@example.com`],
  ['a Cyrillic letter among Latin ones', 'a@exаmple.com'],
  ['a Greek letter among Latin ones', 'a@gοogle.com'],
  ['Cyrillic letters that all look Latin', 'a@аррӏе.com'],
  ['the same as punycode', 'a@xn--80ak6aa92e.com'],
  ['punycode that says nothing', 'a@xn--zzzzzzzzzzzz999999.com'],
  ['a zero-width space', 'a@exam\u200bple.com'],
  ['a mark that turns the direction', 'a@\u202emoc.elpmaxe'],
  ['full-width letters that become a path', 'a@example.com／evil'],
  ['UUCP', 'host!user%other@'],
];

describe('an address', () => {
  it.each(good)('%s is one mailbox', (text, address) => {
    expect(parseAddress(text)?.address).toBe(address);
  });

  it.each(bad)('with %s is none', (_name, text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

describe('a sender', () => {
  it.each([
    ['Countersign <reviews@example.com>', { name: 'Countersign', address: 'reviews@example.com' }],
    ['"Model reviews" <reviews@example.com>', { name: 'Model reviews', address: 'reviews@example.com' }],
    ['reviews@example.com', { name: 'Countersign', address: 'reviews@example.com' }],
  ])('%s is one', (text, sender) => {
    expect(parseSender(text)).toEqual(sender);
  });

  it.each(['', 'Countersign', 'A <a@x.example>, B <b@x.example>', 'A\r\nBcc: b@x.example <a@x.example>', 'a@x.example b'])('%j is none', (text) => {
    expect(parseSender(text)).toBeUndefined();
  }); // prettier-ignore
});
