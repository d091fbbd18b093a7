import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { readBytes, writeAtomic } from '../io/files.ts';

/** Fetched files by sha256 of their bytes. */
export interface Cache {
  /** The bytes, unchecked; undefined when there are none or they cannot be read. */
  read(sha256: string): Promise<Uint8Array | undefined>;
  /** Keeps bytes; throws when the folder cannot be written. */
  write(sha256: string, bytes: Uint8Array): Promise<void>;
}

/** The user's cache folder; a relative XDG_CACHE_HOME is ignored, as its specification asks. */
export function userCache(env: NodeJS.ProcessEnv): Cache {
  const base = env['XDG_CACHE_HOME'] ?? '';
  const folder = join(
    isAbsolute(base) ? base : join(env['HOME'] || homedir(), '.cache'),
    'chartlift',
    'sha256',
  );
  return {
    read: async (sha256) => {
      try {
        return await readBytes(join(folder, sha256));
      } catch {
        return undefined;
      }
    },
    write: (sha256, bytes) => writeAtomic(join(folder, sha256), bytes),
  };
}
