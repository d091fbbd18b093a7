import { BlockList, isIP } from 'node:net';

/** Ranges that only mean something on the machine or network where they are used (RFC 6890). */
const INTERNAL = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  INTERNAL.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  ['::', 128],
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  INTERNAL.addSubnet(network, bits, 'ipv6');
}

/** Whether a host (of a URL, without port) is this very machine. */
export function isLoopback(hostname: string): boolean {
  const host = bare(hostname);
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  );
}

/**
 * Whether a host is, by its own words, a loopback, link-local or private address. Names
 * are not looked up: a company's registry and its storage both have private addresses.
 */
export function isInternal(hostname: string): boolean {
  const host = bare(hostname);
  const version = isIP(host);
  // BlockList takes ::ffff:10.0.0.1 for the IPv4 address that it is.
  return isLoopback(host) || (version !== 0 && INTERNAL.check(host, version === 4 ? 'ipv4' : 'ipv6'));
}

function bare(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}
