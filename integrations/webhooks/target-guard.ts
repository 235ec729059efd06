// Where outgoing webhooks may go: never to what only we can reach, unless the operator named it (server-side request forgery, ASVS 1.3.6).
import { lookup as systemLookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { isPublicAddress } from './forbidden-addresses.ts';

export interface Address {
  address: string;
  family: 4 | 6;
}

/** A target whose addresses were looked at: connect to these and to no other. */
export interface VettedTarget {
  url: URL;
  addresses: readonly [Address, ...Address[]];
}

export class ForbiddenTarget extends Error {
  override name = 'ForbiddenTarget';
}

export interface TargetGuard {
  /** Refuses what the address itself shows, without asking anybody. Throws ForbiddenTarget. */
  check: (url: string) => URL;
  /** Asks for the addresses once and looks at all of them. Throws ForbiddenTarget; a name that is not answered for is one too. */
  vet: (url: string) => Promise<VettedTarget>;
}

export type Lookup = (hostname: string) => Promise<readonly Address[]>;

const ports: Record<string, string> = { 'https:': '443', 'http:': '80' };
const MAX_URL = 2_000;

const askSystem: Lookup = async (hostname) =>
  (await systemLookup(hostname, { all: true, order: 'verbatim' })).map(({ address, family }) => ({
    address,
    family: family === 6 ? 6 : 4,
  }));

/** `allowed`: host names, `host:port` is not needed, and networks as `10.0.0.0/8`, which the operator opens with all their ports. */
export function createTargetGuard(options: { allowed?: readonly string[]; lookup?: Lookup } = {}): TargetGuard {
  const { allowed = [], lookup = askSystem } = options;
  const hosts = new Set<string>();
  const networks = new BlockList();
  for (const entry of allowed) {
    const network = parseNetwork(entry);
    if (network) networks.addSubnet(network.address, network.bits, network.family === 4 ? 'ipv4' : 'ipv6');
    else hosts.add(entry.toLowerCase());
  }
  const isOpened = ({ address, family }: Address) => networks.check(address, family === 4 ? 'ipv4' : 'ipv6');
  const isNamed = (url: URL) => hosts.has(hostOf(url));

  const vetAddresses = (url: URL, addresses: readonly Address[]): VettedTarget => {
    const [first, ...others] = addresses;
    if (!first) throw new ForbiddenTarget(`${url.hostname} has no address.`);
    const all = [first, ...others] as const;
    if (isNamed(url) || all.every(isOpened)) return { url, addresses: all };
    // One bad address among good ones is how a name is made to change its mind.
    if (!all.every((one) => isPublicAddress(one.address) || isOpened(one)))
      throw new ForbiddenTarget(`${url.hostname} is not an address of the open internet.`);
    if (url.port !== '') throw new ForbiddenTarget(`Port ${url.port} is not one of 443 and 80.`);
    return { url, addresses: all };
  };

  const check = (text: string): URL => {
    if (text.length > MAX_URL || !URL.canParse(text)) throw new ForbiddenTarget('This is no URL.');
    const url = new URL(text);
    if (ports[url.protocol] === undefined) throw new ForbiddenTarget('Only https and http are called.');
    if (url.username !== '' || url.password !== '') throw new ForbiddenTarget('A URL with a user name or password in it is not called.'); // prettier-ignore
    const host = hostOf(url);
    const family = isIP(host);
    if (family !== 0) vetAddresses(url, [{ address: host, family: family === 6 ? 6 : 4 }]);
    else if (!isNamed(url) && isLocalName(host)) throw new ForbiddenTarget(`${host} is a name of this machine or network.`); // prettier-ignore
    return url;
  };

  return {
    check,
    vet: async (text) => {
      const url = check(text);
      const host = hostOf(url);
      const family = isIP(host);
      if (family !== 0) return vetAddresses(url, [{ address: host, family: family === 6 ? 6 : 4 }]);
      let addresses: readonly Address[];
      try {
        addresses = await lookup(host);
      } catch {
        throw new ForbiddenTarget(`${host} cannot be found.`);
      }
      return vetAddresses(url, addresses);
    },
  };
}

/** Whether a text can stand in the list of what is opened. */
export const isAllowEntry = (entry: string): boolean =>
  parseNetwork(entry) !== undefined || /^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?$/i.test(entry);

function parseNetwork(entry: string): (Address & { bits: number }) | undefined {
  const [, address, length] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(entry) ?? [];
  const family = isIP(address ?? '');
  if (address === undefined || family === 0) return undefined;
  const bits = length === undefined ? (family === 4 ? 32 : 128) : Number(length);
  return bits > (family === 4 ? 32 : 128) ? undefined : { address, family: family === 6 ? 6 : 4, bits };
}

/** Without the brackets of IPv6 and the dot at the end. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

/** Names that never lead to the open internet (RFC 6761, RFC 8375); a name without a dot is one of the network's own. */
const isLocalName = (host: string): boolean =>
  !host.includes('.') || /\.(localhost|local|internal|intranet|lan|home\.arpa|test|invalid|example|onion)$/.test(host);
