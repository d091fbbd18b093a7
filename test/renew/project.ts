import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCK_FILE, SNAPSHOT_FILE } from '../../scripts/fetch/snapshot.ts';
import { documentsDigest } from '../../scripts/fetch/documents-digest.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { formatLock, parseLock } from '../../scripts/recipe/lock.ts';
import { diffChart, writeGenerated } from '../../scripts/io/chart-dir.ts';
import { writeTogether } from '../../scripts/io/together.ts';
import { userReach } from '../../scripts/fetch/reach.ts';
import { build } from '../../scripts/built.ts';
import { planBump, type Bump, type BumpPorts, type BumpRequest } from '../../scripts/renew/plan.ts';
import type { AskForImages } from '../../scripts/renew/pins.ts';
import { FIXTURE } from '../chart/small-project.ts';

/** The small project in a folder of its own, built; the caller removes it. */
export async function builtProject(): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'bump-'));
  await cp(FIXTURE, project, { recursive: true });
  const [manifest, lock] = [join(project, SNAPSHOT_FILE), join(project, LOCK_FILE)];
  const documents = documentsDigest(parseManifest(await readFile(manifest, 'utf8'), 'm'));
  const own = parseLock(await readFile(lock, 'utf8'), 'lock.yaml');
  await writeFile(lock, formatLock({ ...own, documents }));
  const { files } = await build(project);
  await writeGenerated(join(project, 'chart'), files, () => undefined);
  return project;
}

/** How a text is changed; what is to be replaced must be there. */
export type Changes = readonly (readonly [from: string, to: string])[];

export async function changeFile(file: string, changes: Changes): Promise<void> {
  await writeFile(file, changed(await readFile(file, 'utf8'), changes));
}

function changed(text: string, changes: Changes): string {
  return changes.reduce((at, [from, to]) => {
    if (!at.includes(from)) throw new Error(`there is no ${from}`);
    return at.replaceAll(from, to);
  }, text);
}

/** Asks nobody. */
export const NOBODY: AskForImages = () => Promise.resolve(new Map());

/** Plans a bump to what upstream has after changes, and writes it when it is ready. */
export async function bumpTo(
  project: string,
  changes: Changes,
  how: Partial<BumpRequest> & Partial<Pick<BumpPorts, 'ask' | 'released' | 'committed'>> = {},
): Promise<Bump> {
  const from = join(project, 'next.yaml');
  await writeFile(from, changed(await readFile(join(FIXTURE, 'upstream', 'manifest.yaml'), 'utf8'), changes));
  const nobody = () => Promise.resolve(undefined);
  const { ask = NOBODY, released = nobody, committed = nobody, ...request } = how;
  const bump = await planBump(
    {
      project,
      version: 'v2',
      from,
      apply: false,
      accepted: new Set(),
      now: '2026-03-04T05:06:07Z',
      ...request,
    },
    {
      reach: userReach({ XDG_CACHE_HOME: join(project, '.cache') }, () => undefined),
      ask,
      // Helm holds what the command makes (test/cli/bump.test.ts).
      prove: () => Promise.resolve(),
      released,
      committed,
    },
  );
  if (bump.state === 'ready') await writeTogether(project, bump.files);
  return bump;
}

/** Whether chart/ is what the project makes. */
export async function isBuilt(project: string): Promise<boolean> {
  const {
    changed: other,
    added,
    removed,
    unlisted,
  } = await diffChart(join(project, 'chart'), (await build(project)).files);
  return other.length + added.length + removed.length === 0 && !unlisted;
}
