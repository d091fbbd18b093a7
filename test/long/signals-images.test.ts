import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { processMark } from '../../scripts/io/processes.ts';
import { site, type Site } from '../cli/setup.ts';
import type { RegistryFault } from '../helpers/fake-faults.ts';
import {
  runBeside,
  temporariesBelow,
  type Command,
  type Ended,
  type Interruption,
} from '../helpers/interrupt.ts';

let here: Site;
let dist = '';
let temporary = '';
/** A bundle that nobody interrupted. */
let bundle = '';

beforeAll(async () => {
  here = await site();
  dist = join(here.project, 'dist');
  temporary = await mkdtemp(join(tmpdir(), 'signals-'));
  bundle = join(temporary, 'whole.tar');
  expect(await run(['bundle', '--output', bundle])).toMatchObject({ end: 0 });
});
afterAll(async () => {
  await here.close();
  await rm(temporary, { recursive: true });
});
beforeEach(() => rm(dist, { recursive: true, force: true }));

function run([name, ...args]: Command, interruption?: Interruption): Promise<Ended> {
  return runBeside([name, '--project', here.project, ...args], { TMPDIR: temporary }, interruption);
}

/** A command, where it stops, and what holds when it was run again. */
interface Phase {
  readonly command: (owner: string) => Command;
  readonly fault: Omit<RegistryFault, 'effect'>;
  readonly effect?: RegistryFault['effect'];
  readonly tags: readonly string[];
}

const STALL = { kind: 'stall-answer', after: 100 } as const;
/** By another name than the image's registry, within which a mirror would mount and send nothing. */
const oci = (owner: string): string =>
  here.target.replace('127.0.0.1', 'localhost').replace(/\/site$/, `/${owner}`);
const fromBundle = (owner: string): Command => ['release', '--from-bundle', bundle, '--registry', oci(owner)];

const PHASES: Readonly<Record<string, Phase>> = {
  'mirror sends a layer': {
    command: (owner) => ['mirror', '--registry', oci(owner)],
    fault: { method: 'PUT', path: '/multus-cni/blobs/uploads/', skip: 1 },
    tags: ['multus-cni v9-thick'],
  },
  'a release with its images sends a layer': {
    command: (owner) => ['release', '--mirror-images', '--registry', oci(owner)],
    fault: { method: 'PUT', path: '/multus-cni/blobs/uploads/', skip: 1 },
    tags: ['multus-cni v9-thick', 'multus 1.0.0'],
  },
  'a bundle takes a layer': {
    command: () => ['bundle'],
    fault: { method: 'GET', path: '/upstream/multus-cni/blobs/', skip: 1 },
    effect: STALL,
    tags: [],
  },
  'a release from a bundle sends a layer of the image': {
    command: fromBundle,
    fault: { method: 'PUT', path: '/multus-cni/blobs/uploads/', skip: 1 },
    tags: ['multus-cni v9-thick', 'multus 1.0.0'],
  },
  'a release from a bundle sends the chart': {
    command: fromBundle,
    fault: { method: 'PUT', path: '/multus/manifests/1.0.0' },
    tags: ['multus-cni v9-thick', 'multus 1.0.0'],
  },
};

const SIGNALS = ['SIGINT', 'SIGKILL'] as const;
const CASES = Object.keys(PHASES).flatMap((phase) => SIGNALS.map((signal) => [phase, signal] as const));

let owners = 0;

test.each(CASES)(
  '%s and gets %s: no tag on half of it; the next run ends it and tidies up',
  async (name, signal) => {
    const { command, fault, effect = { kind: 'hang' }, tags } = PHASES[name] as Phase;
    const { faults, content } = here.registry;
    const owner = `owner-${++owners}`;
    faults.add({ ...fault, effect });
    const stopped = await run(command(owner), { when: () => faults.left() === 0, signal });
    expect(stopped.end, stopped.output).toBe(signal);
    const tagsOf = (): readonly string[] =>
      [...content.tags.keys()].flatMap((key) =>
        key.startsWith(`${owner}/`) ? key.slice(owner.length + 1) : [],
      );
    expect(tagsOf()).not.toContain(tags.at(-1) ?? 'none');
    if (signal === 'SIGINT') await expectTidy();

    const again = await run(command(owner));
    expect(again.end, again.output).toBe(0);
    expect(tagsOf().toSorted()).toEqual(tags.toSorted());
    await expectTidy();
    const file = join(dist, 'multus-1.0.0.bundle.tar');
    if (existsSync(file)) expect(Buffer.compare(await readFile(file), await readFile(bundle))).toBe(0);
    else expect(command(owner)[0]).not.toBe('bundle');
  },
);

test.each(SIGNALS)('a release to dist/oci waits for the lock and gets %s', async (signal) => {
  const layout = join(dist, 'oci');
  const lock = join(layout, 'index.json.lock');
  await mkdir(lock, { recursive: true });
  await writeFile(join(lock, `${processMark()}.abc`), '');
  const blobs = join(layout, 'blobs', 'sha256');
  const written = (): boolean =>
    existsSync(blobs) && readdirSync(blobs).filter((name) => /^[0-9a-f]{64}$/.test(name)).length === 3;
  const stopped = await run(['release'], { when: written, signal });
  expect(stopped.end, stopped.output).toBe(signal);
  expect(existsSync(join(layout, 'index.json'))).toBe(false);
  await rm(lock, { recursive: true });
  expect(await run(['release'])).toMatchObject({ end: 0 });
  await expectTidy();
});

async function expectTidy(): Promise<void> {
  expect(await temporariesBelow(dist)).toEqual([]);
  expect((await readdir(temporary)).filter((name) => /^helm-|^\.bundle-/.test(name))).toEqual([]);
}
