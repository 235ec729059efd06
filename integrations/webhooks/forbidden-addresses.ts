import { BlockList, isIP } from 'node:net';

/** Of IANA's special-purpose registries and multicast: what no server out on the internet answers from. */
const forbiddenV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24],
  ['192.31.196.0', 24], ['192.52.193.0', 24], ['192.88.99.0', 24], ['192.168.0.0', 16], ['192.175.48.0', 24], ['198.18.0.0', 15], ['198.51.100.0', 24],
  ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
]; // prettier-ignore
/** Within 2000::/3, the only part of IPv6 that is handed out. What carries an IPv4 address inside (Teredo, 6to4, NAT64) could mean any of the above. */
const forbiddenV6: readonly (readonly [string, number])[] = [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['2620:4f:8000::', 48], ['3fff::', 20]]; // prettier-ignore

const forbidden = new BlockList();
for (const [network, bits] of forbiddenV4) forbidden.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of forbiddenV6) forbidden.addSubnet(network, bits, 'ipv6');
const handedOut = new BlockList();
handedOut.addSubnet('2000::', 3, 'ipv6');

/** Whether the address is one of the open internet. Text that is no address is not. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !forbidden.check(address, 'ipv4');
    case 6:
      // Neither scope ids nor mapped addresses lie in 2000::/3.
      return !address.includes('%') && handedOut.check(address, 'ipv6') && !forbidden.check(address, 'ipv6');
    default:
      return false;
  }
}
