import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { mask } from '../../scripts/secrets/secrets.ts';
import { runHelper, type RunProgram } from '../../scripts/oci/credential-helper.ts';
import { findCredentials, type CredentialOptions, type Credentials } from '../../scripts/oci/credentials.ts';

const HOST = 'git.example.org:3000';
let home = '';

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'credentials-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

async function write(path: string, content: unknown): Promise<string> {
  const file = join(home, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const basic = (pair: string): { readonly auth: string } => ({ auth: Buffer.from(pair).toString('base64') });
const find = (options: Partial<CredentialOptions> = {}, registry = HOST): Promise<Credentials | undefined> =>
  findCredentials(registry, { ...options, env: { HOME: home, ...options.env } });

test('nothing is nothing', async () => {
  expect(await find()).toBeUndefined();
});

test('the order: flags, GITEA_TOKEN, REGISTRY_USERNAME and REGISTRY_PASSWORD, Docker, Helm', async () => {
  const helm = await write('.config/helm/registry/config.json', {
    auths: { [HOST]: basic('helm:helm-secret') },
  });
  expect(await find()).toEqual({ username: 'helm', password: 'helm-secret', source: helm });
  const docker = await write('.docker/config.json', { auths: { [HOST]: basic('docker:docker-secret') } });
  expect(await find()).toEqual({ username: 'docker', password: 'docker-secret', source: docker });
  const env: NodeJS.ProcessEnv = { REGISTRY_USERNAME: 'me', REGISTRY_PASSWORD: 'env-secret' };
  expect(await find({ env })).toMatchObject({ username: 'me', password: 'env-secret' });
  env['GITEA_TOKEN'] = 'gitea-secret';
  expect(await find({ env })).toEqual({ username: 'me', password: 'gitea-secret', source: 'GITEA_TOKEN' });
  const flags = { username: 'flag', readPassword: async () => 'flag-secret\n' };
  expect(await find({ env, ...flags })).toMatchObject({ username: 'flag', password: 'flag-secret' });
  expect(await find({ env, ...flags, storedOnly: true })).toMatchObject({ username: 'docker' });
});

test('the host must match exactly', async () => {
  const auths = {
    'git.example.org': basic('a:without-port'),
    [`${HOST}.evil.org`]: basic('b:longer-name'),
    [`evil.org/${HOST}`]: basic('c:in-the-path'),
    [`${HOST}/team`]: basic('d:of-a-path'),
  };
  await write('.docker/config.json', { auths });
  expect(await find()).toBeUndefined();
});

test.each([
  ['https://index.docker.io/v1/', 'docker.io'],
  [`https://${HOST}`, HOST],
  [`https://${HOST}/v1/`, HOST],
  [`${HOST}/v2/`, HOST],
])('the key %s is for %s', async (key, registry) => {
  await write('.docker/config.json', { auths: { [key]: basic('me:it:is:a-secret') } });
  expect(await find({}, registry)).toMatchObject({ username: 'me', password: 'it:is:a-secret' });
});

test.each([
  ['DOCKER_CONFIG', 'd', 'd/config.json'],
  ['HELM_REGISTRY_CONFIG', 'h.json', 'h.json'],
  ['HELM_CONFIG_HOME', 'helm', 'helm/registry/config.json'],
  ['XDG_CONFIG_HOME', 'xdg', 'xdg/helm/registry/config.json'],
])('%s leads to another file', async (variable, value, path) => {
  const source = await write(path, { auths: { [HOST]: basic('elsewhere:secret-1') } });
  const found = await find({ env: { [variable]: join(home, value) } });
  expect(found).toMatchObject({ username: 'elsewhere', source });
});

test('helpers: the one of the host, or the store of all, also for what the file does not name', async () => {
  const asked: string[] = [];
  const run: RunProgram = async (program, args, stdin) => {
    asked.push(`${program} ${args.join(' ')} < ${stdin}`);
    return {
      code: 0,
      long: false,
      stdout: JSON.stringify({ ServerURL: stdin, Username: 'helped', Secret: 'helper-secret' }),
    };
  };
  await write('.docker/config.json', {
    auths: { 'other.org': {}, 'https://index.docker.io/v1/': {} },
    credHelpers: { [HOST]: 'own' },
    credsStore: 'all',
  });
  expect(await find({ run })).toMatchObject({ username: 'helped', password: 'helper-secret' });
  await find({ run }, 'other.org');
  await find({ run }, 'docker.io');
  expect(await find({ run }, 'unnamed.org')).toMatchObject({ username: 'helped' });
  expect(asked).toEqual([
    `docker-credential-own get < ${HOST}`,
    'docker-credential-all get < other.org',
    'docker-credential-all get < https://index.docker.io/v1/',
    'docker-credential-all get < unnamed.org',
  ]);
  expect(mask('so helper-secret')).toBe('so ***');
});

test('a helper comes before what an old login left in the file, which is used when it has nothing', async () => {
  const auths = { [`https://${HOST}/v1/`]: basic('oldest:one'), [HOST]: basic('old:one') };
  await write('.docker/config.json', { auths, credsStore: 'all' });
  const has: RunProgram = async () => ({
    code: 0,
    long: false,
    stdout: '{"Username":"new","Secret":"of the helper"}',
  });
  expect(await find({ run: has })).toMatchObject({ username: 'new' });
  const nothing: RunProgram = async () => ({
    code: 1,
    long: false,
    stdout: 'credentials not found in native keychain',
  });
  expect(await find({ run: nothing })).toMatchObject({ username: 'old' });
});

test('a store alone is asked, as cloud registries are set up', async () => {
  await write('.docker/config.json', { credsStore: 'ecr-login' });
  const run: RunProgram = async (program) => ({
    code: 0,
    long: false,
    stdout: `{"Username":"AWS","Secret":"${program}"}`,
  });
  expect(await find({ run })).toMatchObject({ username: 'AWS', password: 'docker-credential-ecr-login' });
});

test.each([
  { credHelpers: { [HOST]: 'own' } },
  { credsStore: 'all' },
  { auths: { [HOST]: {} }, credsStore: 'all' },
])('a helper that has nothing is no error, and the next file is looked at: %j', async (config) => {
  await write('.docker/config.json', config);
  const run: RunProgram = async () => ({
    code: 1,
    long: false,
    stdout: 'credentials not found in native keychain\n',
  });
  expect(await find({ run })).toBeUndefined();
  await write('.config/helm/registry/config.json', { auths: { [HOST]: basic('helm:helm-secret') } });
  expect(await find({ run })).toMatchObject({ username: 'helm' });
});

test('a store that cannot be asked stops only what was logged in there', async () => {
  const notes: string[] = [];
  const options = { note: (text: string) => notes.push(text) };
  const file = await write('.docker/config.json', { auths: { [HOST]: {} }, credsStore: 'surely-missing' });
  await expect(find(options)).rejects.toThrow('it is not on PATH');
  expect(await find(options, 'public.org')).toBeUndefined();
  expect(notes).toEqual([
    `docker-credential-surely-missing, which ${file} names, cannot be used: it is not on PATH; going on without credentials for public.org`,
  ]);
});

test.each([
  [
    { auths: { [HOST]: { identitytoken: 'eyJhb-secret' } } },
    'has a login by identitytoken, which this client cannot use',
  ],
  [{ auths: { [HOST]: { ...basic('me:'), identitytoken: 'eyJhb-secret' } } }, 'has a login by identitytoken'],
  [{ auths: { [HOST]: { registrytoken: 'eyJhb-secret' } } }, 'has a login by registrytoken'],
  [{ auths: { [HOST]: { auth: 5 } } }, `auths."${HOST}".auth is not a string`],
  [{ auths: { [HOST]: 'text' } }, `auths."${HOST}" is not a JSON object`],
  [{ auths: [] }, 'auths is not a JSON object'],
  [{ credHelpers: { [HOST]: 5 } }, `credHelpers."${HOST}" is not a string`],
  [{ credsStore: {} }, 'credsStore is not a string'],
  [[], 'it is not a JSON object'],
])('a config.json that cannot be used says what and where: %j', async (config, reason) => {
  const file = await write('.docker/config.json', config);
  const error: unknown = await find().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'REGISTRY_CREDENTIALS', exitCode: 2 });
  expect(String(error)).toContain(`${file}: `);
  expect(String(error)).toContain(reason);
  expect(String(error)).not.toContain('eyJhb-secret');
});

test('a config.json that is no file, or larger than any, is not read', async () => {
  const file = join(home, '.docker', 'config.json');
  await mkdir(file, { recursive: true });
  await expect(find()).rejects.toMatchObject({
    code: 'REGISTRY_CREDENTIALS',
    message: `${file}, in which docker or helm keeps logins, is no file`,
  });
  await rm(file, { recursive: true });
  // A device: it has no end, and no size.
  await symlink('/dev/zero', file);
  await expect(find()).rejects.toThrow('is no file');
  await rm(file);
  await writeFile(file, '');
  await truncate(file, 2 ** 40);
  await expect(find()).rejects.toThrow('has more than 4194304 bytes');
});

test.each([
  { auths: null },
  { auths: { [HOST]: null } },
  { auths: {}, credHelpers: null, credsStore: null },
  {},
])('a config.json without a login is none: %j', async (config) => {
  await write('.docker/config.json', config);
  expect(await find()).toBeUndefined();
});

test.each([
  ['fails', { code: 2, long: false, stdout: 'no keychain: pass-phrase-1' }, 'ended with status 2'],
  ['does not stop', { code: null, long: true, stdout: '{' }, 'its answer has more than 65536 bytes'],
  ['answers nonsense', { code: 0, long: false, stdout: 'the-secret-itself' }, 'not understood'],
  [
    'has an identity token',
    { code: 0, long: false, stdout: '{"Username":"<token>","Secret":"identity"}' },
    'identity token',
  ],
])('a helper that %s', async (_, result, reason) => {
  await write('.docker/config.json', { credHelpers: { [HOST]: 'own' } });
  const found = find({ run: async () => result });
  const error: unknown = await found.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'REGISTRY_CREDENTIALS',
    message: expect.stringContaining(reason) as string,
  });
  expect(String(error)).not.toMatch(/the-secret-itself|pass-phrase-1/);
});

test('helpers are programs: one that runs, one that is missing, one whose name is a path', async () => {
  const program = await write(
    'bin/docker-credential-real',
    '#!/bin/sh\nread host\necho "{\\"Username\\":\\"$host\\",\\"Secret\\":\\"real-secret\\"}"\n',
  );
  await chmod(program, 0o755);
  const { code, stdout } = await runHelper(program, ['get'], `${HOST}\n`);
  // As in images that have sh and no bash.
  const bin = dirname(program);
  await symlink('/bin/sh', join(bin, 'sh'));
  vi.stubEnv('PATH', bin);
  expect((await runHelper('docker-credential-real', ['get'], `${HOST}\n`)).code).toBe(0);
  vi.unstubAllEnvs();
  vi.stubEnv('GITEA_TOKEN', 'not-for-helpers');
  expect((await runHelper('env', [], '')).stdout).not.toContain('not-for-helpers');
  expect([code, JSON.parse(stdout)]).toEqual([0, { Username: HOST, Secret: 'real-secret' }]);
  for (const [helper, reason] of [
    ['surely-missing', 'not on PATH'],
    ['../evil', 'not allowed'],
  ] as const) {
    await write('.docker/config.json', { credHelpers: { [HOST]: helper } });
    await expect(find()).rejects.toThrow(reason);
  }
});

test.each<readonly [string, Partial<CredentialOptions>, string]>([
  ['only a name', { env: { REGISTRY_USERNAME: 'me' } }, 'REGISTRY_PASSWORD is missing'],
  ['only a password', { env: { REGISTRY_PASSWORD: 'pppp' } }, 'REGISTRY_USERNAME is missing'],
  ['--username alone', { username: 'me' }, '--password-stdin is missing'],
  ['--password-stdin alone', { readPassword: async () => 'x' }, '--username is missing'],
  ['an empty password', { username: 'me', readPassword: async () => '\n' }, 'is empty'],
  ['two lines', { username: 'me', readPassword: async () => 'line-one\nline-two' }, 'more than one line'],
  ['a colon in the name', { username: 'a:b', readPassword: async () => 'pppp' }, 'colon'],
])('given by half or unusable: %s', async (_, options, reason) => {
  await expect(find(options)).rejects.toMatchObject({
    code: 'REGISTRY_CREDENTIALS',
    message: expect.stringContaining(reason) as string,
  });
});

test.each(['not json: hunter22', '[]x', '{"auths":{"git.example.org:3000":{"auth":"bm9jb2xvbg=="}}}'])(
  'an unusable config.json is named, not quoted: %s',
  async (text) => {
    const file = await write('.docker/config.json', text);
    const error: unknown = await find().catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(file);
    expect(String(error)).not.toMatch(/hunter22|bm9jb2xvbg/);
  },
);
