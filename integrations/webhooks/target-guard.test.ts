import { describe, expect, it } from 'vitest';
import { isPublicAddress } from './forbidden-addresses.ts';
import { createTargetGuard, ForbiddenTarget, isAllowEntry, type Address, type Lookup } from './target-guard.ts';

/** One address inside each range, its first and its last. */
const privateV4 = [
  '0.0.0.0', '0.1.2.3', '0.255.255.255', '10.0.0.0', '10.1.2.3', '10.255.255.255', '100.64.0.0', '100.100.100.200', '100.127.255.255', '127.0.0.1',
  '127.1.2.3', '127.255.255.255', '169.254.0.0', '169.254.169.254', '169.254.255.255', '172.16.0.0', '172.20.1.1', '172.31.255.255', '192.0.0.0',
  '192.0.0.170', '192.0.2.1', '192.88.99.1', '192.168.0.0', '192.168.1.1', '192.168.255.255', '198.18.0.0', '198.19.255.255', '198.51.100.7',
  '203.0.113.9', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255',
]; // prettier-ignore
const privateV6 = [
  '::', '::1', '::7f00:1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:0:127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1', '100::1', '2001::1', '2001:10::1', '2001:20::1',
  '2001:db8::1', '2002:7f00:1::', '2002:a9fe:a9fe::1', '3fff::1', '5f00::1', 'fc00::1', 'fd00:ec2::254', 'fdff::1', 'fe80::1', 'febf::1', 'fec0::1', 'ff02::1',
]; // prettier-ignore
const publicAddresses = ['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.1', '169.253.1.1', '172.15.255.255', '172.32.0.0', '192.0.1.1', '192.167.1.1', '198.17.255.255', '198.20.0.0', '223.255.255.255', '2001:4860:4860::8888', '2606:4700:4700::1111', '2a00:1450::1']; // prettier-ignore

const quads = (address: string) => address.split('.').map(Number) as [number, number, number, number];
const asNumber = (address: string) => quads(address).reduce((sum, part) => sum * 256 + part, 0);
/** Every way in which URLs spell an IPv4 address. */
const spellings = (address: string): string[] => {
  const [a, b, c, d] = quads(address);
  const hex = (n: number) => `0x${n.toString(16)}`;
  const octal = (n: number) => `0${n.toString(8)}`;
  return [
    address,
    `${address}.`,
    String(asNumber(address)),
    hex(asNumber(address)),
    `0${asNumber(address).toString(8)}`,
    [a, b, c, d].map(hex).join('.'),
    [a, b, c, d].map(octal).join('.'),
    `${hex(a)}.${octal(b)}.${c}.${d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    [a, b, c, d].map((n) => [...String(n)].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('')).join('.'), // full-width digits
    [a, b, c, d].join('。'),
    `%${address.charCodeAt(0).toString(16)}${address.slice(1)}`,
    `[::ffff:${address}]`,
    `[::${address}]`,
    `[64:ff9b::${address}]`,
    `[2002:${hex(a * 256 + b).slice(2)}:${hex(c * 256 + d).slice(2)}::]`,
  ]; // prettier-ignore
};

const answering =
  (...addresses: string[]): Lookup =>
  async () =>
    addresses.map((address): Address => ({ address, family: address.includes(':') ? 6 : 4 }));
const refusalOf = async (url: string, guard = createTargetGuard({ lookup: answering('1.1.1.1') })) =>
  guard.vet(url).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('where outgoing webhooks may go', () => {
  it('knows the addresses of the open internet from all others', () => {
    expect(publicAddresses.filter((address) => !isPublicAddress(address))).toEqual([]);
    expect([...privateV4, ...privateV6, 'fe80::1%eth0', 'localhost', ''].filter(isPublicAddress)).toEqual([]);
  });

  it('refuses every private address in every spelling, before anybody is asked', async () => {
    const urls = [...privateV4.flatMap(spellings), ...privateV6.map((address) => `[${address}]`)].flatMap((host) => [
      `http://${host}/`,
      `https://${host}/latest/meta-data/`,
    ]);
    expect(urls.length).toBeGreaterThan(1_000);
    const guard = createTargetGuard({
      lookup: () => {
        throw new Error('was asked');
      },
    });
    const passed: string[] = [];
    for (const url of urls) if (!((await refusalOf(url, guard)) instanceof ForbiddenTarget)) passed.push(url);
    expect(passed).toEqual([]);
  });

  it('refuses names of this machine and network, however they are written', async () => {
    for (const host of [
      'localhost',
      'LOCALHOST',
      'localhost.',
      'a.localhost',
      'ⓛocalhost',
      'metadata',
      'metadata.google.internal',
      'printer.local',
      'intranet',
      'x.home.arpa',
      'db.lan',
      'x.invalid',
      'x.test',
    ])
      // prettier-ignore
      expect(await refusalOf(`https://${host}/`), host).toBeInstanceOf(ForbiddenTarget);
  });

  it('refuses a name when any of its addresses is private', async () => {
    for (const address of [...privateV4, ...privateV6])
      for (const mixed of [[address], ['1.1.1.1', address], [address, '2606:4700:4700::1111']])
        expect(await refusalOf('https://hooks.example.com/', createTargetGuard({ lookup: answering(...mixed) })), mixed.join()).toBeInstanceOf(ForbiddenTarget); // prettier-ignore
    for (const lookup of [answering(), async () => Promise.reject(new Error('ENOTFOUND'))])
      expect(await refusalOf('https://hooks.example.com/', createTargetGuard({ lookup }))).toBeInstanceOf(
        ForbiddenTarget,
      );
  });

  it('asks for a name once, and hands on the addresses that it looked at', async () => {
    let asked = 0;
    const guard = createTargetGuard({
      // A name that means us from the second question on.
      lookup: async () => [{ address: asked++ === 0 ? '1.1.1.1' : '127.0.0.1', family: 4 }],
    });
    expect(await guard.vet('https://rebinding.example.com/')).toMatchObject({ addresses: [{ address: '1.1.1.1' }] });
    expect(asked).toBe(1);
    await expect(guard.vet('https://rebinding.example.com/')).rejects.toThrow(ForbiddenTarget);
  });

  it('calls https and http on their usual ports, without a user name in the URL', async () => {
    for (const url of [
      'https://hooks.example.com/a?b=c',
      'http://hooks.example.com:80/',
      'https://hooks.example.com:443/',
      'https://1.1.1.1/',
    ])
      // prettier-ignore
      expect(await refusalOf(url), url).toBeUndefined();
    for (const url of [
      'https://hooks.example.com:8443/',
      'http://hooks.example.com:22/',
      'http://hooks.example.com:443/',
      'ftp://hooks.example.com/',
      'file:///etc/passwd',
      'gopher://hooks.example.com/',
      'javascript:alert(1)',
      'data:,x',
      'https://user:secret@hooks.example.com/',
      'https://user@hooks.example.com/',
      '//hooks.example.com',
      'hooks.example.com',
      '',
      'https://',
      `https://hooks.example.com/${'x'.repeat(3_000)}`,
    ])
      // prettier-ignore
      expect(await refusalOf(url), url).toBeInstanceOf(ForbiddenTarget);
  });

  it('goes where the operator opened the way, and no step further', async () => {
    const guard = createTargetGuard({
      allowed: ['10.1.0.0/16', 'ci.internal', 'fd00::/8', '192.168.7.7'],
      lookup: async (host) => [{ address: host === 'two.example.com' ? '10.1.2.3' : '10.9.9.9', family: 4 }],
    });
    for (const url of [
      'http://10.1.2.3:8080/',
      'https://ci.internal:9000/',
      'https://CI.internal./',
      'http://[fd12::1]:1234/',
      'http://192.168.7.7/',
      'https://two.example.com:8443/',
    ])
      // prettier-ignore
      expect(await refusalOf(url, guard), url).toBeUndefined();
    for (const url of [
      'http://10.2.2.3:8080/',
      'https://xci.internal/',
      'http://192.168.7.8/',
      'https://other.example.com/',
      'http://127.0.0.1/',
      'http://169.254.169.254/',
    ])
      // prettier-ignore
      expect(await refusalOf(url, guard), url).toBeInstanceOf(ForbiddenTarget);
    expect(['10.0.0.0/8', '::1', 'ci.internal', 'host'].every(isAllowEntry)).toBe(true);
    expect(['10.0.0.0/33', 'http://x', '', 'a b', '*'].some(isAllowEntry)).toBe(false);
  });
});
