import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { EnvHttpProxyAgent, type Dispatcher } from 'undici';
import { ChartError, messageOf } from '../errors.ts';

/** How the network is reached. */
export interface DispatcherOptions {
  /** PEM file with certificates that are trusted beside the system's (`--ca-file`). */
  readonly caFile?: string;
  readonly env: NodeJS.ProcessEnv;
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
 * @throws FILE_MISSING when the file cannot be read
 */
export function dispatcherFor(options: DispatcherOptions): Dispatcher {
  const { caFile, env, connectTimeout = 15_000, headersTimeout = 60_000, bodyTimeout = 60_000 } = options;
  const ca = caFile === undefined ? undefined : [...rootCertificates, ...extra(env), read(caFile)];
  const tls = { ...(ca && { ca }), timeout: connectTimeout };
  const proxy = {
    httpProxy: env['http_proxy'] ?? env['HTTP_PROXY'] ?? '',
    httpsProxy: env['https_proxy'] ?? env['HTTPS_PROXY'] ?? '',
    noProxy: env['no_proxy'] ?? env['NO_PROXY'] ?? '',
  };
  return new EnvHttpProxyAgent({
    ...proxy,
    headersTimeout,
    bodyTimeout,
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
  });
}

function extra(env: NodeJS.ProcessEnv): readonly string[] {
  const file = env['NODE_EXTRA_CA_CERTS'];
  return file === undefined || file === '' ? [] : [read(file)];
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ChartError('FILE_MISSING', `Cannot read the certificates in ${file}: ${messageOf(cause)}`, {
      cause,
    });
  }
}
