import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { graphOf } from '../../scripts/oci/copy.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import type { RegistryFault } from '../helpers/fake-faults.ts';
import { projectCopy, startScript } from '../helpers/project.ts';
import { openOn } from '../oci/registry-setup.ts';

/** Where a release is when the registry does not answer and somebody gives up on it. */
const PHASES: Readonly<Record<string, Omit<RegistryFault, 'effect'>>> = {
  'the plan asks for the tag': { method: 'GET', path: '/manifests/1.0.0' },
  'the plan asks for a blob': { method: 'HEAD', path: '/blobs/' },
  'the first upload is opened': { method: 'POST', path: '/blobs/uploads/' },
  'the first blob is sent': { method: 'PUT', path: '/blobs/uploads/' },
  'the second blob is sent': { method: 'PUT', path: '/blobs/uploads/', skip: 1 },
  'the manifest is sent': { method: 'PUT', path: '/manifests/sha256:' },
  'the tag is looked at again': { method: 'GET', path: '/manifests/1.0.0', skip: 1 },
  'the tag is written': { method: 'PUT', path: '/manifests/1.0.0' },
  'the release is read back': { method: 'GET', path: '/blobs/' },
};

const SIGNALS = ['SIGINT', 'SIGKILL'] as const;
const REPOSITORY = 'site/multus';

let project = '';
let registry: FakeRegistry;

beforeAll(async () => {
  project = await projectCopy();
});
afterAll(() => rm(project, { recursive: true }));
beforeEach(async () => {
  registry = await fakeRegistry();
});
afterEach(() => registry.close());

interface Ended {
  readonly output: string;
  /** The exit status, or the signal. */
  readonly end: number | string | null;
}

/** Runs a release beside the registry, which lives in this process; `meanwhile` may end it. */
async function release(meanwhile?: (child: ChildProcess) => Promise<void>): Promise<Ended> {
  const child = startScript('release', ['--project', project, '--registry', `oci://${registry.host}/site`]);
  const pieces: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (piece: Buffer) => pieces.push(piece));
  const closed = once(child, 'close');
  await meanwhile?.(child);
  await closed;
  return { output: Buffer.concat(pieces).toString(), end: child.signalCode ?? child.exitCode };
}

async function releaseUntil(fault: Omit<RegistryFault, 'effect'>, signal: NodeJS.Signals): Promise<string> {
  registry.faults.add({ ...fault, effect: { kind: 'hang' } });
  const { output, end } = await release(async (child) => {
    while (registry.faults.left() > 0 && child.exitCode === null) await sleep(10);
    child.kill(signal);
  });
  expect(end, output).toBe(signal);
  return output;
}

const CASES = Object.keys(PHASES).flatMap((phase) => SIGNALS.map((signal) => ({ phase, signal })));

test.each(CASES)(
  'a release that gets $signal while $phase leaves no tag on half a release, and the next run ends it',
  async ({ phase, signal }) => {
    const output = await releaseUntil(PHASES[phase] ?? {}, signal);
    if (signal === 'SIGINT') expect(output).toContain('run the same command again and it goes on');
    const store = await openOn(registry.host, REPOSITORY);
    const left = await store.resolve('1.0.0');
    if (left !== undefined) expect(await graphOf(store, left)).toHaveLength(3);
    expect(left !== undefined).toBe(phase === 'the release is read back');
    const kept = new Set(registry.content.blobs.keys());
    expect((await readdir(join(project, 'dist')).catch(() => [])).filter(isTemporary)).toEqual([]);

    const before = registry.requests.length;
    const again = await release();
    expect(again.end, again.output).toBe(0);
    expect(await store.resolve('1.0.0')).toBeDefined();
    const sent = registry.requests
      .slice(before)
      .flatMap(({ method, url }) => (method === 'PUT' ? (/digest=([^&]+)/.exec(url)?.[1] ?? []) : []));
    expect(sent.filter((digest) => kept.has(decodeURIComponent(digest)))).toEqual([]);
  },
);

function isTemporary(name: string): boolean {
  return name.endsWith('.tmp');
}
