import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import { readLock } from '../../scripts/fetch/snapshot.ts';
import { builtProject, bumpTo, changeFile, isBuilt } from './project.ts';

let project = '';
beforeEach(async () => (project = await builtProject()));
afterEach(() => rm(project, { recursive: true }));

const text = (file: string): Promise<string> => readFile(join(project, file), 'utf8');

describe('images', () => {
  const DIGEST = `sha256:${'7'.repeat(64)}`;
  beforeEach(async () => {
    await changeFile(join(project, 'recipe.yaml'), [
      ['  version: v1\n', '  version: v1.2.0\n'],
      ["  appVersion: '1.10'", '  appVersion: 1.2.1'],
      ['    tag: v1.2\n', '    tag: v1.2.1-slim\n'],
    ]);
    await changeFile(join(project, 'upstream/lock.yaml'), [
      ['version: v1\n', 'version: v1.2.0\n'],
      ['tag: v1.2\n', 'tag: v1.2.1-slim\n'],
    ]);
  });

  test('the tag of a departure follows upstream, and appVersion with it; the registry gives the digest', async () => {
    await bumpTo(project, [], {
      version: 'v1.3.0',
      ask: (wanted) =>
        Promise.resolve(
          new Map(
            wanted.map((image) => [
              image,
              { digest: DIGEST, platforms: ['linux/amd64'], source: 'registry' as const },
            ]),
          ),
        ),
    });
    expect((await readLock(project)).images['image']).toMatchObject({
      tag: 'v1.3.0-slim',
      digest: DIGEST,
      source: 'registry',
    });
    expect(await text('recipe.yaml')).toMatch(/appVersion: 1\.3\.0$[\s\S]*tag: v1\.3\.0-slim$/m);
    expect(await isBuilt(project)).toBe(true);
  });

  test('nobody to ask: it is left open, and built', async () => {
    const bump = await bumpTo(project, [], { version: 'v1.3.0' });
    expect(bump).toMatchObject({
      pins: [
        {
          path: 'image',
          tag: 'v1.3.0-slim',
          now: undefined,
          why: expect.stringContaining('no registry was asked') as string,
        },
      ],
    });
    expect((await readLock(project)).images).toEqual({});
    expect(await text('CHANGELOG.md')).toContain('- `image` is v1.3.0-slim in place of v1.2.1-slim.');
    expect(await isBuilt(project)).toBe(true);
    // Not pinned, and the same as before: there is nothing to tell. From elsewhere: there is.
    await bumpTo(project, [], { version: 'v1.3.1-slim' });
    expect((await text('CHANGELOG.md')).match(/`image` is/g)).toHaveLength(1);
    await bumpTo(project, [['registry.test/agents', 'other.test/agents']], { version: 'v1.3.2-slim' });
    expect(await text('CHANGELOG.md')).toMatch(
      /`image` is other\.test\/agents\/agent:\S+ in place of registry\.test\/agents\/agent:\S+\./,
    );
  });

  test('a tag that was only derived and is not there is not taken', async () => {
    const missing = new ChartError('OCI_NOT_FOUND', 'no such image');
    await bumpTo(project, [], {
      version: 'v1.3.0',
      ask: (wanted) => Promise.resolve(new Map(wanted.map((image) => [image, missing]))),
    });
    expect((await readLock(project)).images['image']?.tag).toBe('v1.2.1-slim');
    expect(await text('recipe.yaml')).toMatch(/appVersion: 1\.2\.1$[\s\S]*tag: v1\.2\.1-slim$/m);
  });
});
