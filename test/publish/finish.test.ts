import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { copy } from '../../scripts/oci/copy.ts';
import { finish } from '../../scripts/publish/finish.ts';
import { executeAll, planAll } from '../../scripts/publish/publish.ts';
import type { Job } from '../../scripts/publish/job.ts';
import { fakeRegistry, type FakeRegistry } from '../helpers/fake-registry.ts';
import { graphStore, image } from '../helpers/oci-graph.ts';
import { listener } from '../helpers/silent.ts';
import { openOn } from '../oci/registry-setup.ts';

const MINE = image('mine', []);
const THEIRS = image('theirs', []);

let registry: FakeRegistry;
let project = '';
beforeEach(async () => {
  [registry, project] = await Promise.all([fakeRegistry(), mkdtemp(join(tmpdir(), 'finish-'))]);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all([registry.close(), rm(project, { recursive: true })]);
});

/** Publishes MINE as an image and as a chart and finishes the release, whose pull is `pull`. */
async function release(pull: () => void) {
  const jobs = (['image', 'chart'] as const).map(async (kind): Promise<Job> => {
    const target = await openOn(registry.host, `own/${kind}`);
    return { kind, publication: { source: graphStore(MINE), root: MINE.root, target, tag: '1.0.0' } };
  });
  const done = await executeAll(await planAll(await Promise.all(jobs), listener()), listener());
  const [, published] = done;
  if (published === undefined) throw new Error('nothing is published');
  const pulled = async (): Promise<readonly string[]> => {
    pull();
    return ['3.0.0', '4.0.0'];
  };
  const chart = { name: 'chart', version: '1.0.0' };
  const input = { chart, pieces: [], plan: published.plan, done, anonymousPulls: [], built: undefined };
  return finish(project, input, pulled, listener());
}

async function receipt(): Promise<unknown> {
  return JSON.parse(await readFile(join(project, 'dist', 'chart-1.0.0.receipt.json'), 'utf8'));
}

test.each(['chart', 'image'])(
  'a write of somebody else to the %s that arrives after ours was pulled fails the release',
  async (name) => {
    const theirs = await openOn(registry.host, `own/${name}`);
    await copy(graphStore(THEIRS), theirs, THEIRS.root);
    // A clock that stands: however long a busy machine takes until here, all of the time is waited.
    vi.spyOn(performance, 'now').mockReturnValue(0);
    // As Gitea does with SQLite, which holds one of two PUTs at once back for 105 ms.
    const late = (): void => {
      setTimeout(() => registry.content.tags.set(`own/${name} 1.0.0`, THEIRS.root.digest), 200);
    };
    await expect(release(late)).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
      message: `${registry.host}/own/${name}:1.0.0 was published as ${MINE.root.digest}, but now names ${THEIRS.root.digest}`,
    });
    // It was lost: nothing says that it is published.
    expect(await readdir(join(project, 'dist'))).toEqual([]);
  },
);

test('what is still there says who pulled it; what was there before is not waited for', async () => {
  expect(await release(() => undefined)).toMatchObject({ result: 'published', pulledBy: ['3.0.0', '4.0.0'] });
  expect(await receipt()).toMatchObject({ pulledBy: ['3.0.0', '4.0.0'] });
  let asked = 0;
  const again = release(() => (asked = registry.requests.length));
  expect(await again).toMatchObject({ result: 'already-published' });
  // No tag is looked at once more, which is what waiting is for.
  expect(registry.requests).toHaveLength(asked);
});

describe('a release that finds everything there', () => {
  const PATH = (): string => join(project, 'dist', 'chart-1.0.0.receipt.json');

  test('leaves the receipt of the one that brought it', async () => {
    await release(() => undefined);
    const first = await readFile(PATH(), 'utf8');
    expect(JSON.parse(first)).toMatchObject({
      result: 'published',
      steps: [{ action: 'upload' }, {}, {}, {}],
    });
    expect(await release(() => undefined)).toMatchObject({ result: 'already-published', steps: [] });
    expect(await readFile(PATH(), 'utf8')).toBe(first);
  });

  test('adds who pulled it, when nobody could before', async () => {
    const broken = release(() => {
      throw new Error('no route');
    });
    await expect(broken).rejects.toThrow('no route');
    expect(await receipt()).toMatchObject({ result: 'published', pulledBy: [] });
    await release(() => undefined);
    expect(await receipt()).toMatchObject({
      result: 'published',
      steps: [{ action: 'upload' }, {}, {}, {}],
      pulledBy: ['3.0.0', '4.0.0'],
    });
  });

  test.each([
    ['of another digest', '{"receipt":1,"target":"a","tag":"1.0.0","digest":"sha256:0"}'],
    ['no JSON', '{'],
    ['null', 'null'],
    ['larger than any receipt', ' '.repeat(4 * 1024 * 1024 + 1)],
  ])('writes its own where the file is %s', async (_, text) => {
    await release(() => undefined);
    await writeFile(PATH(), text);
    await release(() => undefined);
    expect(await receipt()).toMatchObject({ result: 'already-published', steps: [] });
  });
});
