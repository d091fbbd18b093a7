import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tool } from './tools.ts';

/** A registry that runs for a test. */
export interface Server {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Owners under which repositories can be made; nobody else has any there. */
  readonly owners: readonly [string, string];
  /** Whose the credentials are. */
  readonly user: string;
  /** Environment with the credentials, as a user would set it. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** CNCF Distribution (Debian's docker-registry) on a free loopback port, without credentials. */
export async function startDistribution(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'distribution-'));
  const port = await freePort();
  const config = `version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: ${join(folder, 'data')}}, delete: {enabled: true}}
http: {addr: "127.0.0.1:${port}"}
`;
  await writeFile(join(folder, 'config.yml'), config);
  const child = spawn(tool('docker-registry'), ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  const host = `127.0.0.1:${port}`;
  await ready(`http://${host}/v2/`, child);
  return { host, owners: ['own', 'other'], user: 'nobody', env: {}, stop: () => stop(child, folder) };
}

/** A port of the loopback interface that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const READY_WITHIN_MS = 60_000;

/** Waits until a server answers. Throws when its process has ended, or takes too long. */
export async function ready(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null)
      throw new Error(`${child.spawnfile} ended with ${child.exitCode} before it answered`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer !== undefined && answer.status < 500) return;
    await sleep(100);
  }
  child.kill('SIGKILL');
  throw new Error(`${url} did not answer within ${READY_WITHIN_MS} ms`);
}

/** Ends a server that this process has started, and removes its folder. */
export async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null) {
    const closed = once(child, 'exit');
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    await closed;
    clearTimeout(late);
  }
  await rm(folder, { recursive: true, force: true });
}
