import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import { copy, graphOf } from '../../scripts/oci/copy.ts';
import { layoutStore } from '../../scripts/oci/layout.ts';
import { filesOfTar } from '../../scripts/package/tar.ts';
import { BLOCK } from '../../scripts/package/tar-header.ts';
import { openBundle } from '../../scripts/bundle/open.ts';
import { writeBundle } from '../../scripts/bundle/write.ts';
import { bytesOf, graphStore, helmChart, image, type Graph } from '../helpers/oci-graph.ts';
import { seal, TAR_END, tarEntry } from '../helpers/tar.ts';

const CHART = helmChart({ apiVersion: 'v2', name: 'tool', version: '1.0.0' }, bytesOf('archive', 1500));
const IMAGE = image('an image', [bytesOf('layer', 700)]);

let made = '';
let folder = '';
let layout = '';
beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), 'made-'));
  const item = (kind: 'chart' | 'image', name: string, graph: Graph) =>
    ({ kind, name, tag: '1.0.0', root: graph.root, source: graphStore(graph) }) as const;
  const items = [item('image', 'image', IMAGE), item('chart', 'tool', CHART)];
  for (const name of ['layout', 'made.tar']) await writeBundle(join(made, name), items, () => undefined);
});
afterAll(() => rm(made, { recursive: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  layout = join(folder, 'layout');
  await cp(join(made, 'layout'), layout, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

/** Reads all of a bundle, as a release does; the digests of what it names. */
async function readBundle(path: string): Promise<readonly string[]> {
  const items = await openBundle(path);
  const away = layoutStore(join(folder, 'away'));
  for (const { source, root, name, tag } of items) {
    await graphOf(source, root);
    await copy(source, away, root, { tag: `${name}:${tag}` });
  }
  return items.map(({ root }) => root.digest);
}

const WHOLE = [IMAGE.root.digest, CHART.root.digest];
const BLOB = `blobs/${[...CHART.contents.keys()][1]?.replace(':', '/')}`;

/** A tar of the layout with another text in place of a file. */
async function tarWith(name: string, text: string): Promise<string> {
  const tar = await readFile(join(made, 'made.tar'));
  const files = await filesOfTar({
    size: tar.length,
    read: async (offset, length) => tar.subarray(offset, offset + length),
    fault: (reason) => new ChartError('BUG', reason),
  });
  const entries = [...files].map(([path, { offset, size }]) =>
    tarEntry(path, path === name ? text : tar.subarray(offset, offset + size)),
  );
  const path = join(folder, 'with.tar');
  await writeFile(path, Buffer.concat([...entries, TAR_END]));
  return path;
}

test.each(['layout', 'made.tar'])('%s is read whole', async (name) => {
  expect(await readBundle(join(made, name))).toEqual(WHOLE);
});

const ENTRY = `"mediaType":"${CHART.root.mediaType}","digest":"${CHART.root.digest}"`;
const TAGGED = `"annotations":{"org.opencontainers.image.ref.name":"tool:1.0.0"}`;

describe.each<[string, string, string, string]>([
  ['an index.json that is null', 'index.json', 'null', 'is not a JSON object'],
  ['an index.json that is a number', 'index.json', '5', 'is not a JSON object'],
  ['an index.json that is a list', 'index.json', '[]', 'is not a JSON object'],
  ['an index.json that is a text', 'index.json', '"index"', 'is not a JSON object'],
  ['an index.json that is empty', 'index.json', '', 'is not JSON'],
  ['an index.json of very many levels', 'index.json', '['.repeat(1e6), 'is not JSON'],
  [
    'an index.json of very many closed levels',
    'index.json',
    '['.repeat(1e6) + ']'.repeat(1e6),
    'is JSON of 1000000 levels, more than 64',
  ],
  ['manifests that are a number', 'index.json', '{"manifests":5}', 'lists no manifests'],
  ['manifests that are no descriptors', 'index.json', '{"manifests":[5,"a",null]}', 'lists no manifests'],
  ['a negative size', 'index.json', `{"manifests":[{${ENTRY},"size":-1,${TAGGED}}]}`, 'lists no manifests'],
  ['a huge size', 'index.json', `{"manifests":[{${ENTRY},"size":1e400,${TAGGED}}]}`, 'lists no manifests'],
  [
    'a tag that is an object',
    'index.json',
    `{"manifests":[{${ENTRY},"size":1,"annotations":{"org.opencontainers.image.ref.name":{}}}]}`,
    'lists no manifests',
  ],
  [
    'a tag twice',
    'index.json',
    `{"manifests":[{${ENTRY},"size":1,${TAGGED}},{${ENTRY},"size":2,${TAGGED}}]}`,
    'has the tag "tool:1.0.0" twice',
  ],
  [
    'a blob under a tag',
    'index.json',
    `{"manifests":[{"mediaType":"a/b","digest":"${CHART.root.digest}","size":1,${TAGGED}}]}`,
    'names tool:1.0.0 what is a/b, no manifest',
  ],
  [
    'a tag of a mebibyte',
    'index.json',
    `{"manifests":[{${ENTRY},"size":1,${TAGGED.replace('tool', 'x'.repeat(2 ** 20))}}]}`,
    'expected NAME:TAG',
  ],
  [
    'very many tags',
    'index.json',
    `{"manifests":[${Array.from({ length: 300 }, (_, i) => `{${ENTRY},"size":1,${TAGGED.replace('1.0.0', `${i}`)}}`).join()}]}`,
    'names 300 things, more than 256',
  ],
  ['an oci-layout of another version', 'oci-layout', '{"imageLayoutVersion":"2.0.0"}', 'oci-layout of'],
  ['an oci-layout that is no JSON', 'oci-layout', '1.0.0', 'oci-layout of'],
])('%s', (_, file, text, message) => {
  test('is refused in a folder', async () => {
    await writeFile(join(layout, file), text);
    await expect(readBundle(layout)).rejects.toMatchObject({
      code: 'OCI_LAYOUT',
      message: expect.stringContaining(message) as string,
    });
  });

  test('is refused in a tar', async () => {
    await expect(tarWith(file, text).then(readBundle)).rejects.toMatchObject({
      code: 'OCI_LAYOUT',
      message: expect.stringContaining(message) as string,
    });
  });
});

test('an index.json that is larger than any is not read', async () => {
  const large = ' '.repeat(4 * 1024 * 1024 + 1);
  await writeFile(join(layout, 'index.json'), large);
  await expect(readBundle(layout)).rejects.toMatchObject({
    message: `${layout}/index.json has 4194305 bytes, more than 4194304`,
  });
  const path = await tarWith('index.json', large);
  await expect(readBundle(path)).rejects.toMatchObject({
    message: `index.json of ${path} has 4194305 bytes, more than 4194304`,
  });
});

test.each(['index.json', 'oci-layout'])('a bundle without %s is refused', async (name) => {
  await rm(join(layout, name));
  await expect(readBundle(layout)).rejects.toMatchObject({
    code: 'OCI_LAYOUT',
    message: `${layout} has no ${name}, so it is no OCI image layout`,
  });
  const path = await tarWith(name, '');
  const tar = await readFile(path);
  const at = tar.indexOf(Buffer.from(`${name}\0`));
  tar.write('x', at);
  seal(tar.subarray(at, at + BLOCK));
  await writeFile(path, tar);
  await expect(readBundle(path)).rejects.toMatchObject({
    message: expect.stringContaining(`has no ${name}`) as string,
  });
});

describe.each(['blobs', 'blobs/sha256', BLOB, 'index.json', 'oci-layout'])('%s of a folder', (path) => {
  test('that is a link to the same outside is refused', async () => {
    await rename(join(layout, path), join(folder, 'outside'));
    await symlink(join(folder, 'outside'), join(layout, path));
    await expect(readBundle(layout)).rejects.toMatchObject({
      code: 'FILE_SYSTEM',
      message: expect.stringMatching(
        `^${join(layout, path)}: a symbolic link is where a (file|folder) should be$`,
      ) as string,
    });
  });

  test.each(['a FIFO', 'a folder', 'a file'])('that is %s is refused, or read as it is', async (kind) => {
    await rm(join(layout, path), { recursive: true });
    if (kind === 'a FIFO') spawnSync('mkfifo', [join(layout, path)]);
    else if (kind === 'a folder') await mkdir(join(layout, path));
    else await writeFile(join(layout, path), '');
    await expect(readBundle(layout)).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:FILE_SYSTEM|OCI_\w+)$/) as string,
    });
  });
});

test.each([
  ['a FIFO', async (path: string) => void spawnSync('mkfifo', [path]), 'neither a file nor a folder'],
  ['a device that never ends', (path: string) => symlink('/dev/zero', path), 'neither a file nor a folder'],
  ['empty', (path: string) => writeFile(path, ''), 'it ends without the two empty blocks'],
  [
    'a file of holes',
    async (path: string) => writeFile(path, '').then(() => truncate(path, 2 ** 40)),
    'its end is filled up',
  ],
])('a bundle that is %s is refused at once', async (_, make, message) => {
  const path = join(folder, 'bundle.tar');
  await make(path);
  await expect(readBundle(path)).rejects.toMatchObject({
    code: 'OCI_LAYOUT',
    message: expect.stringContaining(message) as string,
  });
});

test.each([
  ['no archive', helmChart({ name: 'tool', version: '1.0.0' }), 'is a chart with no archive'],
  [
    'two archives',
    helmChart({ name: 'tool', version: '1.0.0' }, bytesOf('a', 9), bytesOf('b', 9)),
    'is a chart with more than one archive',
  ],
  ['no configuration', helmChart('', bytesOf('a', 9)), 'its configuration is no chart’s'.replace('’', "'")],
  [
    'a configuration of very many levels',
    helmChart(
      `{"name":"tool","version":"1.0.0","keywords":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
      bytesOf('a', 9),
    ),
    'its configuration is no chart',
  ],
  [
    'a configuration without a name',
    helmChart({ version: '1.0.0' }, bytesOf('a', 9)),
    'its configuration is no chart',
  ],
])('a chart with %s is refused', async (_, graph, message) => {
  const path = join(folder, 'odd');
  await copy(graphStore(graph), layoutStore(path), graph.root, { tag: 'tool:1.0.0' });
  await expect(openBundle(path)).rejects.toMatchObject({
    code: 'OCI_LAYOUT',
    message: expect.stringContaining(message) as string,
  });
});

test('a list of images that is hostile YAML neither hangs nor ends the release', async () => {
  const bombs = [
    `a: &a [x, x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*${i === 0 ? 'a' : `b${i - 1}`}, *${i === 0 ? 'a' : `b${i - 1}`}]`).join('\n')}`,
    '['.repeat(1e5),
    Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n'),
  ];
  for (const [i, images] of bombs.entries()) {
    const path = join(folder, `bomb${i}`);
    const config = { name: 'tool', version: '1.0.0', annotations: { 'artifacthub.io/images': images } };
    const graph = helmChart(config, bytesOf('a', 9));
    await copy(graphStore(graph), layoutStore(path), graph.root, { tag: 'tool:1.0.0' });
    expect(await openBundle(path)).toMatchObject([{ chart: { images: [] } }]);
  }
});

test('whatever happens to the headers of a tar: the same content, or an error that says so', async () => {
  const whole = await readFile(join(made, 'made.tar'));
  const headers: number[] = [];
  for (let at = 0; whole[at] !== 0;) {
    headers.push(at);
    const size = Number.parseInt(whole.toString('latin1', at + 124, at + 135), 8);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  const change = fc.record({
    header: fc.constantFrom(...headers),
    // The fields that tell what follows: name, size, checksum, type, magic, prefix; and any other.
    at: fc.oneof(
      fc.nat(BLOCK - 1),
      fc.constantFrom(...Array.from({ length: 12 }, (_, i) => 124 + i)),
      fc.constantFrom(156, 257, 263, 345),
    ),
    byte: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('\0 -+01234567xgLKS52'))),
  });
  let [read, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      async (changes, sealed) => {
        const tar = Buffer.from(whole);
        for (const { header, at, byte } of changes) {
          tar[header + at] = byte;
          if (sealed) seal(tar.subarray(header, header + BLOCK));
        }
        const path = join(folder, 'changed.tar');
        await writeFile(path, tar);
        await rm(join(folder, 'away'), { recursive: true, force: true });
        try {
          expect((await readBundle(path)).toSorted()).toEqual(WHOLE.toSorted());
          read++;
        } catch (error) {
          if (!(error instanceof ChartError)) throw error;
          expect(error.exitCode).not.toBe(70);
          expect(error.message).toContain(path);
          refused++;
        }
      },
    ),
    { numRuns: 300 },
  );
  expect(Math.min(read, refused)).toBeGreaterThan(0);
});
