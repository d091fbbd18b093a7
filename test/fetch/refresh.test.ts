import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { userCache } from '../../scripts/fetch/cache.ts';
import { timestamp } from '../../scripts/fetch/clock.ts';
import { writeTogether } from '../../scripts/io/together.ts';
import { planRefresh, type RefreshRequest } from '../../scripts/fetch/refresh.ts';
import { LOCK_FILE, readLock, readSnapshot, SNAPSHOT_FILE } from '../../scripts/fetch/snapshot.ts';
import { verifySource } from '../../scripts/fetch/verify-source.ts';
import { formatLock } from '../../scripts/recipe/lock.ts';
import { serve, type TestServer } from '../helpers/http-server.ts';
import { memoryCache, testNetwork, testReach } from './network.ts';

const OLD = '# head\napiVersion: v1\nkind: Test\nmetadata: {name: a}\n';
const NEW = `${OLD}spec: 1\n`;
const NOW = '2026-01-01T00:00:00Z';
const LATER = '2026-02-02T00:00:00Z';

function hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

let project = '';
let server: TestServer;
/** What the server has, by path. */
let files: Record<string, string> = {};

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'fetch-'));
  files = { '/v1/a.yml': OLD, '/v2/a.yml': NEW };
  server = await serve((asked, response) => {
    const text = files[asked.url ?? ''];
    return text === undefined ? response.writeHead(404).end() : response.end(text);
  });
});

afterEach(async () => {
  await server.close();
  await chmod(join(project, 'upstream'), 0o755).catch(() => {});
  await rm(project, { recursive: true });
});

function request(version = 'v1', more: Partial<RefreshRequest> = {}): RefreshRequest {
  return { project, upstream: { version, url: `${server.url}/{version}/a.yml` }, now: NOW, ...more };
}

async function refresh(asked: RefreshRequest, reach = testReach(testNetwork())) {
  const plan = await planRefresh(asked, reach);
  await writeTogether(project, { writes: plan.writes, removes: [] });
  return plan;
}

async function contents(): Promise<readonly (string | number)[]> {
  const paths = [SNAPSHOT_FILE, LOCK_FILE].map((path) => join(project, path));
  const parts = await Promise.all(
    paths.map(async (path) => [await readFile(path, 'utf8'), (await stat(path)).mtimeMs]),
  );
  return parts.flat();
}

describe('who vouches for the bytes', () => {
  test('nobody: refused, and nothing is written', async () => {
    await expect(refresh(request())).rejects.toMatchObject({ code: 'FETCH_UNPINNED', exitCode: 1 });
    expect(await readdir(project)).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  test('--update: what the source has now', async () => {
    const plan = await refresh(request('v1', { update: true }));
    expect(plan.before).toBeUndefined();
    expect(plan.lock).toMatchObject({ version: 'v1', sha256: hex(OLD), created: NOW, images: {} });
    expect(await readLock(project)).toEqual(plan.lock);
    const text = await readFile(join(project, SNAPSHOT_FILE), 'utf8');
    expect(text).toBe(
      `# From ${server.url}/v1/a.yml\n# sha256 of that file: ${hex(OLD)}\n# Written by npm run fetch in canonical form. Do not edit.\n---\n# head\napiVersion: v1\nkind: Test\nmetadata:\n  name: a\n`,
    );
    expect((await readSnapshot(project)).manifest.resources[0]?.name).toBe('a');
  });

  test('--sha256: only these bytes', async () => {
    await expect(refresh(request('v1', { sha256: hex(NEW) }))).rejects.toMatchObject({
      code: 'FETCH_CHECKSUM',
      message: expect.stringContaining(`expected sha256 ${hex(NEW)}, found ${hex(OLD)}`),
    });
    expect((await refresh(request('v1', { sha256: hex(OLD) }))).lock.sha256).toBe(hex(OLD));
  });

  test('the lock: only these bytes, and only for its version', async () => {
    await refresh(request('v1', { update: true }));
    files['/v1/a.yml'] = NEW;
    const before = await contents();
    await expect(refresh(request())).rejects.toMatchObject({ code: 'FETCH_CHECKSUM' });
    await expect(refresh(request('v2'))).rejects.toMatchObject({
      code: 'FETCH_UNPINNED',
      message: expect.stringContaining('names version v2, but upstream/lock.yaml is for version v1'),
    });
    expect(await contents()).toEqual(before);
  });
});

describe('what is written', () => {
  test('a refresh without news leaves the files alone, later too', async () => {
    await refresh(request('v1', { update: true }));
    const before = await contents();
    for (const more of [{}, { update: true }, { sha256: hex(OLD) }]) {
      const plan = await refresh(request('v1', { ...more, now: LATER }));
      expect(plan.writes.size).toBe(0);
    }
    expect(await contents()).toEqual(before);
  });

  test('news: created moves, images stay', async () => {
    const { lock } = await refresh(request('v1', { update: true }));
    const image = {
      registry: 'r.test',
      repository: 'a/b',
      tag: 'v1',
      digest: `sha256:${'0'.repeat(64)}`,
      platforms: ['linux/amd64'],
      source: 'recipe',
    } as const;
    await writeFile(join(project, LOCK_FILE), formatLock({ ...lock, images: { image } }));
    const plan = await refresh(request('v2', { update: true, now: LATER }));
    expect(plan.lock).toMatchObject({ version: 'v2', created: LATER, images: { image } });
    expect([...plan.writes.keys()]).toEqual([SNAPSHOT_FILE, LOCK_FILE]);
  });

  test('a plan alone writes nothing (--dry-run)', async () => {
    const plan = await planRefresh(request('v1', { update: true }), testReach(testNetwork()));
    expect(plan.writes.size).toBe(2);
    expect(await readdir(project)).toEqual([]);
  });

  test('an edited snapshot is refused by readSnapshot and mended by a refresh', async () => {
    const { lock } = await refresh(request('v1', { update: true }));
    const path = join(project, SNAPSHOT_FILE);
    await writeFile(path, (await readFile(path, 'utf8')).replace('name: a', 'name: b'));
    await expect(readSnapshot(project)).rejects.toMatchObject({
      code: 'SNAPSHOT_DIGEST',
      message: expect.stringMatching(new RegExp(`sha256:[0-9a-f]{64}, .* expects ${lock.documents}`)),
      hint: expect.stringContaining('npm run fetch'),
    });
    expect([...(await refresh(request())).writes.keys()]).toEqual([SNAPSHOT_FILE]);
    await expect(readSnapshot(project)).resolves.toMatchObject({ lock });
  });

  test('both or neither: the first file is put back when the second cannot be written', async () => {
    await refresh(request('v1', { update: true }));
    const plan = await planRefresh(request('v2', { update: true }), testReach(testNetwork()));
    const snapshot = await readFile(join(project, SNAPSHOT_FILE), 'utf8');
    await rm(join(project, LOCK_FILE));
    await mkdir(join(project, LOCK_FILE));
    await expect(writeTogether(project, { writes: plan.writes, removes: [] })).rejects.toThrow(
      /EISDIR|ENOTEMPTY|EEXIST|EPERM/,
    );
    expect(await readFile(join(project, SNAPSHOT_FILE), 'utf8')).toBe(snapshot);
    expect(await readdir(join(project, 'upstream'))).toEqual(['lock.yaml', 'manifest.yaml']);
  });
});

describe('sources in their order', () => {
  test('--from FILE asks nobody else; the recipe stays what is written down', async () => {
    const path = join(project, 'local.yml');
    await writeFile(path, OLD);
    const { lock, file } = await refresh(request('v1', { from: path, sha256: hex(OLD) }));
    expect(file.source).toEqual({ kind: 'file', path });
    expect(lock.url).toBe(`${server.url}/v1/a.yml`);
    expect(server.requests).toEqual([]);
    await expect(refresh(request('v1', { from: join(project, 'none.yml') }))).rejects.toMatchObject({
      code: 'FILE_MISSING',
    });
  });

  test('the cache, checked; a corrupted entry is said aloud, ignored and mended', async () => {
    const cache = memoryCache();
    await refresh(request('v1', { update: true }), testReach(testNetwork(), cache));
    expect([...cache.entries.keys()]).toEqual([hex(OLD)]);
    const cached = testReach(testNetwork(), cache);
    expect((await refresh(request(), cached)).file.source.kind).toBe('cache');
    expect(server.requests.length).toBe(1);
    cache.entries.set(hex(OLD), new TextEncoder().encode('<html>'));
    expect((await refresh(request(), cached)).file.source.kind).toBe('url');
    expect(cached.warnings).toEqual([
      expect.stringMatching(/^the cache .* is HTML .*; trying the next source$/),
    ]);
    expect(cache.entries.get(hex(OLD))).toEqual(Buffer.from(OLD));
  });

  test('URL, then mirrors; each failure is said aloud', async () => {
    const mirrors = ['html', 'wrong', 'right'].map((name) => `${server.url}/{version}/${name}`);
    files['/v1/html'] = '<!doctype html><title>Sign in</title>';
    files['/v1/wrong'] = NEW;
    files['/v1/right'] = OLD;
    const upstream = { version: 'v1', url: `${server.url}/gone`, mirrors };
    const reach = testReach(testNetwork());
    const { lock, file } = await refresh(request('v1', { upstream, sha256: hex(OLD) }), reach);
    expect(file.source).toEqual({ kind: 'url', url: `${server.url}/v1/right` });
    expect(lock.url).toBe(`${server.url}/gone`);
    expect(reach.warnings).toEqual([
      expect.stringContaining('/gone: answered 404; trying the next source'),
      expect.stringContaining('/v1/html is HTML or XML, not YAML'),
      expect.stringContaining('/v1/wrong: expected sha256'),
    ]);
    delete files['/v1/right'];
    await expect(refresh(request('v1', { upstream }), testReach(testNetwork()))).rejects.toMatchObject({
      code: 'FETCH_FAILED',
      exitCode: 3,
    });
  });

  test('what is no manifest is not locked, whoever vouches for it', async () => {
    files['/v1/a.yml'] = 'just: text\n';
    await expect(refresh(request('v1', { update: true }))).rejects.toMatchObject({ code: 'PARSE_OBJECT' });
    expect(await readdir(project)).toEqual([]);
  });

  test('a cache that cannot be written is only worth a word', async () => {
    const cache = { ...memoryCache(), write: () => Promise.reject(new Error('EROFS')) };
    const reach = testReach(testNetwork(), cache);
    await refresh(request('v1', { update: true }), reach);
    expect(reach.warnings).toEqual(['the file could not be kept in the cache: EROFS']);
  });

  test('credentials: refused in the recipe, hidden with --from', async () => {
    const secret = server.url.replace('://', '://me:pa55word@');
    const upstream = { version: 'v1', url: secret };
    await expect(refresh(request('v1', { upstream }))).rejects.toThrow(/^recipe\.yaml: (?!.*pa55word)/);
    await expect(refresh(request('v1', { from: `${secret}/no`, update: true }))).rejects.toThrow(
      `${server.url}/no: answered 404`,
    );
  });
});

describe('verifySource', () => {
  test('asks the source, compares with the snapshot, writes nothing', async () => {
    const { upstream } = request();
    const reach = testReach(testNetwork());
    await refresh(request('v1', { update: true }), reach);
    const before = await contents();
    await expect(verifySource(project, upstream, reach)).resolves.toMatchObject({
      sha256: hex(OLD),
      source: { kind: 'url' },
    });
    expect(await contents()).toEqual(before);
    await expect(verifySource(project, { ...upstream, version: 'v2' }, reach)).rejects.toMatchObject({
      code: 'FETCH_UNPINNED',
    });
    const path = join(project, SNAPSHOT_FILE);
    await writeFile(path, (await readFile(path, 'utf8')).replace('# head', '# tail'));
    await expect(verifySource(project, upstream, reach)).rejects.toMatchObject({
      code: 'FETCH_STALE',
      message: expect.stringContaining(`${SNAPSHOT_FILE}:5 `),
    });
    files['/v1/a.yml'] = NEW;
    await expect(verifySource(project, upstream, reach)).rejects.toMatchObject({ code: 'FETCH_CHECKSUM' });
  });
});

test('the cache on disk lies where XDG_CACHE_HOME says', async () => {
  const cache = userCache({ XDG_CACHE_HOME: project });
  expect(await cache.read('0')).toBeUndefined();
  await cache.write('0', Uint8Array.of(1));
  expect(await cache.read('0')).toEqual(Buffer.of(1));
  expect(await readdir(join(project, 'chartlift', 'sha256'))).toEqual(['0']);
});

test('the clock: SOURCE_DATE_EPOCH goes first', () => {
  expect(timestamp({}, 999)).toBe('1970-01-01T00:00:00Z');
  expect(timestamp({ SOURCE_DATE_EPOCH: '1767225600' }, 0)).toBe('2026-01-01T00:00:00Z');
  expect(timestamp({ SOURCE_DATE_EPOCH: '' }, 1000)).toBe('1970-01-01T00:00:01Z');
});

test.each(['now', '-1', '1e9', '99999999999', String(8 ** 11)])(
  'SOURCE_DATE_EPOCH=%s is refused: no archive could have that time',
  (epoch) => {
    expect(() => timestamp({ SOURCE_DATE_EPOCH: epoch }, 0)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: `SOURCE_DATE_EPOCH must be seconds since 1970, up to 2242; found "${epoch}"`,
      }),
    );
  },
);

test.each([-1, 8 ** 11 * 1000])('a clock at %d ms is refused', (now) => {
  expect(() => timestamp({}, now)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});
