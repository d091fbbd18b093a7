import { ChartError } from '../errors.ts';
import type { Login } from './auth/token.ts';
import { withoutSecrets } from '../io/environment.ts';
import { runProgram, type ProgramResult } from '../io/program.ts';
import { registerSecret } from '../secrets/secrets.ts';

/** Runs a program with text on its stdin; injected, so that tests need no helpers. */
export type RunProgram = (
  program: string,
  args: readonly string[],
  stdin: string,
) => Promise<Pick<ProgramResult, 'code' | 'stdout' | 'long'>>;

/** How long a helper may take: it may ask the user to unlock a keychain. */
const PATIENCE_MS = 60_000;

/** Bytes of its answer, which is a name and a password or token. */
const MOST_WORDS = 64 * 1024;

/** {@link RunProgram} with what it really runs. */
export const runHelper: RunProgram = (program, args, input) =>
  runProgram(program, args, {
    input,
    env: withoutSecrets(process.env),
    patience: PATIENCE_MS,
    most: MOST_WORDS,
  });

/**
 * Asks a Docker credential helper (docker/docker-credential-helpers: `get`, the server on
 * stdin, JSON on stdout). Undefined when it has nothing for this server.
 *
 * @throws REGISTRY_CREDENTIALS when it cannot be run or answers something else
 */
export async function askHelper(
  helper: string,
  server: string,
  file: string,
  run: RunProgram,
): Promise<Login | undefined> {
  const program = `docker-credential-${helper}`;
  if (!/^[A-Za-z0-9._-]+$/.test(helper)) throw unusable(program, file, 'its name is not allowed');
  const { code, stdout, long } = await run(program, ['get'], server);
  if (long) throw unusable(program, file, `its answer has more than ${MOST_WORDS} bytes`);
  if (code === 127) throw unusable(program, file, 'it is not on PATH');
  if (code === 126) throw unusable(program, file, 'it cannot be run');
  if (code !== 0) {
    // The one failure that the helpers' protocol names; it is printed on stdout.
    if (/credentials not found/i.test(stdout)) return undefined;
    throw unusable(program, file, `it ended with status ${code ?? 'none, by a signal or after a minute'}`);
  }
  const { username, password } = parse(stdout) ?? {};
  if (username === undefined || password === undefined)
    throw unusable(program, file, 'its answer is not understood');
  if (username === '<token>') {
    throw unusable(program, file, 'it has an identity token, which this client cannot use');
  }
  return { username, password };
}

function parse(stdout: string): Partial<Login> | undefined {
  try {
    const { Username, Secret } = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
    if (typeof Username !== 'string' || typeof Secret !== 'string') return undefined;
    registerSecret(Secret);
    return { username: Username, password: Secret };
  } catch {
    return undefined;
  }
}

function unusable(program: string, file: string, reason: string): ChartError {
  return new ChartError(
    'REGISTRY_CREDENTIALS',
    `${program}, which ${file} names, cannot be used: ${reason}`,
    {
      hint: `Install it, take it out of ${file}, or give GITEA_TOKEN, or REGISTRY_USERNAME and REGISTRY_PASSWORD.`,
    },
  );
}
