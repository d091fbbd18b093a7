import { BlockList, isIP } from 'node:net';

/**
 * Ranges that only mean something on the machine or network where they are used, and those
 * that no server has (RFC 6890 and the IANA special-purpose registries).
 */
const INTERNAL = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  // Multicast, reserved, broadcast.
  ['224.0.0.0', 3],
] as const) {
  INTERNAL.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  // Unspecified, loopback, and IPv4 addresses as they were once written in IPv6.
  ['::', 96],
  // NAT64, Teredo and 6to4 have an IPv4 address in them, which may be any.
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  // Site-local, deprecated but still routed inside (RFC 3879).
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  INTERNAL.addSubnet(network, bits, 'ipv6');
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Link-local addresses, and the unspecified ones, by which Linux reaches itself. */
const NO_SERVER = new BlockList();
NO_SERVER.addSubnet('0.0.0.0', 8, 'ipv4');
NO_SERVER.addSubnet('169.254.0.0', 16, 'ipv4');
NO_SERVER.addAddress('::', 'ipv6');
NO_SERVER.addSubnet('fe80::', 10, 'ipv6');

/** Whether a host (of a URL, without port) is this very machine. */
export function isLoopback(hostname: string): boolean {
  const host = bareHost(hostname);
  return host === 'localhost' || host.endsWith('.localhost') || isIn(LOOPBACK, host);
}

/** Whether an address is one that no name of a server has. */
export function isNoServer(address: string): boolean {
  return isIn(NO_SERVER, address);
}

/**
 * Whether a host is, by its own words, a loopback, link-local or private address. Names
 * are not looked up: a company's registry and its storage both have private addresses.
 */
export function isInternal(hostname: string): boolean {
  const host = bareHost(hostname);
  return isLoopback(host) || isIn(INTERNAL, host);
}

/** BlockList takes ::ffff:10.0.0.1 for the IPv4 address that it is. */
function isIn(list: BlockList, host: string): boolean {
  const version = isIP(host);
  return version !== 0 && list.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

/** A host of a URL without brackets and final dot, lower case. */
export function bareHost(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}
