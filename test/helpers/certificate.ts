import { execFileSync } from 'node:child_process';
import { hostname } from 'node:os';
import { join } from 'node:path';

const OPENSSL = process.env['OPENSSL'] ?? 'openssl';
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

const NAMES = `IP:127.0.0.1,DNS:upstream.test,DNS:${hostname()}`;

/**
 * Makes a self-signed certificate of 127.0.0.1, upstream.test and this machine's name, `NAME.pem` with `NAME.key`;
 * false where there is no openssl.
 */
export function certificate(folder: string, name: string): boolean {
  const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${NAMES}`];
  try {
    execFileSync(OPENSSL, ['req', '-x509', ...EC, '-days', '2', ...files, ...subject], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
