import { readFileSync, statSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import * as tls from 'node:tls';
import { EnvHttpProxyAgent, Pool, type Dispatcher } from 'undici';
import { ChartError, messageOf } from '../errors.ts';
import { isPassing } from './retry.ts';
import { oddKind } from '../io/plain-files.ts';
import { registerCredentials } from '../secrets/secrets.ts';

/** How the network is reached. */
export interface DispatcherOptions {
  /** PEM file with certificates that are trusted beside the system's (`--ca-file`). */
  readonly caFile?: string;
  readonly env: NodeJS.ProcessEnv;
  /** Hosts, as NO_PROXY lists them, that are reached without a proxy, whatever the environment says. */
  readonly direct?: string;
  /** Looks up the names of servers; not those of proxies, which look servers up themselves. */
  readonly lookup?: LookupFunction;
  /** Milliseconds; see undici's Client options of the same names. */
  readonly connectTimeout?: number;
  readonly headersTimeout?: number;
  readonly bodyTimeout?: number;
}

/**
 * A dispatcher that honours HTTP_PROXY, HTTPS_PROXY and NO_PROXY in either case (undici's
 * EnvHttpProxyAgent) and trusts `caFile`. NODE_EXTRA_CA_CERTS is Node's own affair, except
 * that an explicit list of authorities replaces Node's, so it is read again here.
 *
 * @throws FILE_MISSING when the file cannot be read, USAGE when it has no certificate or a proxy's
 * address cannot be used
 */
export function dispatcherFor(options: DispatcherOptions): Dispatcher {
  const {
    caFile,
    env,
    direct,
    lookup,
    connectTimeout = 15_000,
    headersTimeout = 60_000,
    bodyTimeout = 60_000,
  } = options;
  const ca =
    caFile === undefined ? undefined : [...systemAuthorities(), ...extra(env), readAuthorities(caFile)];
  const secure = { ...(ca && { ca }), timeout: connectTimeout };
  const proxy = {
    httpProxy: proxyOf(env, 'HTTP_PROXY'),
    httpsProxy: proxyOf(env, 'HTTPS_PROXY'),
    noProxy: noProxyOf(env, direct),
  };
  return new EnvHttpProxyAgent({
    ...proxy,
    headersTimeout,
    bodyTimeout,
    connect: { ...secure, ...(lookup && { lookup }) },
    requestTls: secure,
    proxyTls: secure,
    clientFactory: (origin, factoryOptions) => proxyPool(origin, factoryOptions, connectTimeout),
  });
}

/**
 * Connections to a proxy. A tunnel counts as connecting: undici gives it its own five minutes
 * and two seconds otherwise, whatever the timeouts, and asks for ever when the proxy closes
 * the connection instead of answering (7.30, lib/dispatcher/client.js, onError). A proxy that is
 * busy may be less so soon.
 */
function proxyPool(origin: URL, options: object, timeout: number): Pool {
  const pool = new Pool(origin, { ...options, headersTimeout: timeout });
  const tunnel = pool.connect.bind(pool);
  const connect = (to: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> =>
    new Promise((resolve, reject) => {
      tunnel(to, (error, data) => {
        if (error !== null) return reject(tunnelFault(error));
        if (!isPassing(data.statusCode)) return resolve(data);
        data.socket.destroy();
        return reject(
          Object.assign(new Error(`the proxy answered ${data.statusCode}`), { code: 'ECONNRESET' }),
        );
      });
    });
  return Object.assign(pool, { connect });
}

/** undici's error of a tunnel as one of a connection. */
function tunnelFault(cause: Error): Error {
  const [code, text] = TUNNEL_FAULTS.get(String((cause as NodeJS.ErrnoException).code)) ?? [];
  return code === undefined ? cause : Object.assign(new Error(text, { cause }), { code });
}

const TUNNEL_FAULTS: ReadonlyMap<string, readonly [code: string, text: string]> = new Map([
  ['UND_ERR_HEADERS_TIMEOUT', ['UND_ERR_CONNECT_TIMEOUT', 'the proxy did not answer']],
  ['UND_ERR_SOCKET', ['ECONNRESET', 'the proxy closed the connection']],
]);

/** A proxy's address; without a scheme it is http, as curl and Go (and so Helm) take it. */
function proxyOf(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name.toLowerCase()] ?? env[name] ?? '';
  if (value === '') return '';
  registerCredentials(value);
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  if (URL.canParse(address) && isProxy(new URL(address))) return address;
  // Not the value: it may have a password in it.
  throw new ChartError('USAGE', `${name} is no address of a proxy`, {
    hint: `Write ${name}=http://HOST:PORT, or unset it. In a name or password % is written %25, / %2F, @ %40.`,
  });
}

/** undici decodes name and password, which fails for a % that begins no escape. */
function isProxy({ protocol, username, password, pathname, search, hash }: URL): boolean {
  // Behind a / that is not encoded the rest of a password would be a path, and its beginning a port.
  if (!/^\/?$/.test(pathname) || search !== '' || hash !== '') return false;
  try {
    decodeURIComponent(username + password);
  } catch {
    return false;
  }
  return PROXY_SCHEMES.has(protocol);
}

/** `*` stands for every host only where it stands alone. */
function noProxyOf(env: NodeJS.ProcessEnv, direct: string | undefined): string {
  const value = env['no_proxy'] ?? env['NO_PROXY'] ?? '';
  return direct === undefined || value.trim() === '*' ? value : `${value},${direct}`;
}

/** What Node trusts; from Node 22.15 on with what --use-system-ca and --use-openssl-ca add. */
function systemAuthorities(): readonly string[] {
  const { getCACertificates } = tls as { readonly getCACertificates?: () => readonly string[] };
  return getCACertificates?.() ?? tls.rootCertificates;
}

/** A file in another form would be passed over in silence. */
function readAuthorities(file: string): string {
  const text = read(file);
  if (/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/.test(text)) return text;
  throw new ChartError('USAGE', `${file} holds no certificate in PEM form`, {
    hint: `Convert it: openssl x509 -inform der -in ${file} -out ca.pem`,
  });
}

const PROXY_SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'socks:', 'socks5:']);

/** Bytes; all authorities of a system are some 250 KiB. */
const LARGEST_AUTHORITIES = 16 * 1024 * 1024;

function extra(env: NodeJS.ProcessEnv): readonly string[] {
  const file = env['NODE_EXTRA_CA_CERTS'];
  return file === undefined || file === '' ? [] : [read(file)];
}

function read(file: string): string {
  const refusal = (reason: string, cause?: unknown): ChartError =>
    new ChartError('FILE_MISSING', `Cannot read the certificates in ${file}: ${reason}`, { cause });
  try {
    const stats = statSync(file);
    // A pipe could be read once, and Helm reads the file as well; a device might never end.
    if (!stats.isFile() && !stats.isDirectory()) throw refusal(`it is ${oddKind(stats)}, not a file`);
    if (stats.size > LARGEST_AUTHORITIES) throw refusal(`it has more than ${LARGEST_AUTHORITIES} bytes`);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw cause instanceof ChartError ? cause : refusal(messageOf(cause), cause);
  }
}
