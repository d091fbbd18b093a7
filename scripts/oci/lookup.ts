import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { ChartError } from '../errors.ts';
import { isNoServer, isLoopback } from './address.ts';

/**
 * Looks names up for connections to a registry and to where it sends the client. A name of
 * another host than the registry's own may not stand for this machine or a link-local
 * address, where clouds keep their secrets (169.254.169.254): what an address in a URL may
 * not, a name may not either. Private addresses are let through, as a company's registry and
 * its storage have them. A registry on this machine may have everything on it. A name that says it
 * is this machine (RFC 6761), and so is spoken to in clear and past any proxy, must be it: not every
 * resolver keeps such names from a name server.
 *
 * @param own the registry's host, without port
 */
export function guardedLookup(own: string, lookup: typeof systemLookup = systemLookup): LookupFunction {
  let onThisMachine = isLoopback(own);
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      const away = isLoopback(hostname) ? found.find(({ address }) => !isLoopback(address)) : undefined;
      if (away !== undefined) return callback(pretence(hostname, away), []);
      const isOwn = hostname === own;
      onThisMachine ||= isOwn && found.some(({ address }) => isLoopback(address));
      const refused = isOwn ? undefined : found.find((one) => isForbidden(one, onThisMachine));
      if (refused !== undefined) return callback(refusal(hostname, refused), []);
      const [first] = found;
      if (options.all === true || first === undefined) return callback(null, found);
      return callback(null, first.address, first.family);
    });
  };
}

function isForbidden({ address }: LookupAddress, onThisMachine: boolean): boolean {
  return isNoServer(address) || (!onThisMachine && isLoopback(address));
}

function refusal(hostname: string, { address }: LookupAddress): ChartError {
  return new ChartError(
    'REGISTRY_REDIRECT',
    `the registry sends the client to ${hostname}, which is ${address}, an internal address of another host`,
  );
}

function pretence(hostname: string, { address }: LookupAddress): ChartError {
  return new ChartError(
    'REGISTRY_REFERENCE',
    `${hostname} is ${address}, although a name below localhost is of this machine and is spoken to in clear`,
    { hint: 'Name the registry otherwise; what resolves names here should answer such ones itself.' },
  );
}
