import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { graphOf } from '../../scripts/oci/copy.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import type { RegistryFault } from '../helpers/fake-faults.ts';
import {
  processesWith,
  runBeside,
  temporariesBelow,
  type Command,
  type Ended,
  type Interruption,
} from '../helpers/interrupt.ts';
import { projectCopy } from '../helpers/project.ts';
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
  // Only Helm asks for a tag by HEAD.
  'Helm pulls': { method: 'HEAD', path: '/manifests/1.0.0' },
};

/** Phases behind the tag. */
const TAGGED: ReadonlySet<string> = new Set(['the release is read back', 'Helm pulls']);

const SIGNALS = ['SIGINT', 'SIGKILL'] as const;
const REPOSITORY = 'site/multus';

/** The fake asks nobody for it; Helm is given it all the same. */
const LOGIN = { REGISTRY_USERNAME: 'somebody', REGISTRY_PASSWORD: 'a secret of the tests' };

let project = '';
let temporary = '';
let registry: FakeRegistry;

beforeAll(async () => {
  project = await projectCopy();
  temporary = await mkdtemp(join(tmpdir(), 'signals-'));
});
afterAll(async () => {
  await rm(project, { recursive: true });
  await rm(temporary, { recursive: true });
});
beforeEach(async () => {
  registry = await fakeRegistry();
});
afterEach(() => registry.close());

/** Runs a release with a temporary folder of its own; an interruption may end it. */
function release(interruption?: Interruption): Promise<Ended> {
  const command: Command = ['release', '--project', project, '--registry', `oci://${registry.host}/site`];
  return runBeside(command, { ...LOGIN, TMPDIR: temporary }, interruption);
}

async function releaseUntil(fault: Omit<RegistryFault, 'effect'>, signal: NodeJS.Signals): Promise<string> {
  registry.faults.add({ ...fault, effect: { kind: 'hang' } });
  const { output, end } = await release({ when: () => registry.faults.left() === 0, signal });
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
    expect(left !== undefined).toBe(TAGGED.has(phase));
    const kept = new Set(registry.content.blobs.keys());
    if (signal === 'SIGINT') {
      await expectTidy();
      await expect.poll(() => processesWith(`oci://${registry.host}/`)).toEqual([]);
    }

    const before = registry.requests.length;
    const again = await release();
    expect(again.end, again.output).toBe(0);
    expect(await store.resolve('1.0.0')).toBeDefined();
    const sent = registry.requests
      .slice(before)
      .flatMap(({ method, url }) => (method === 'PUT' ? (/digest=([^&]+)/.exec(url)?.[1] ?? []) : []));
    expect(sent.filter((digest) => kept.has(decodeURIComponent(digest)))).toEqual([]);
    await expectTidy();
  },
);

/** Nothing is half written, no password left in a temporary folder. */
async function expectTidy(): Promise<void> {
  expect(await temporariesBelow(join(project, 'dist'))).toEqual([]);
  expect((await readdir(temporary)).filter((name) => name.startsWith('helm-'))).toEqual([]);
}
