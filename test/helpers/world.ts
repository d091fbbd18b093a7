import { AsyncLocalStorage } from 'node:async_hooks';
import { openSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';

/** What of `process` a command reads and writes. */
interface World {
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

const worlds = new AsyncLocalStorage<World>();

/** No file: what is printed goes through the stream. */
const NO_FILE = openSync('/dev/null', 'w');

// Inside of an action `process` has what the action was given, whatever runs beside it.
for (const name of ['env', 'stdin', 'stdout', 'stderr'] as const) {
  const own = Object.getOwnPropertyDescriptor(process, name);
  const real = (): unknown => (own?.get === undefined ? own?.value : own.get.call(process));
  Object.defineProperty(process, name, {
    configurable: true,
    get: () => worlds.getStore()?.[name] ?? real(),
  });
}

/**
 * Runs an action for which `process.env` and the standard streams are others.
 *
 * @param action gives its exit status
 */
export async function inWorld(
  env: Readonly<Record<string, string>>,
  input: string | Uint8Array,
  action: () => Promise<number>,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const [stdout, stderr] = [collector(), collector()];
  const world = {
    env: { ...env },
    stdin: Readable.from([typeof input === 'string' ? Buffer.from(input) : input]),
    stdout: stdout.stream,
    stderr: stderr.stream,
  };
  const code = await worlds.run(world, action);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(): { readonly stream: Writable; text(): string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      chunks.push(chunk);
      done();
    },
  });
  return { stream: Object.assign(stream, { fd: NO_FILE }), text: () => Buffer.concat(chunks).toString() };
}
