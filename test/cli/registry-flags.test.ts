import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { lookup } from 'node:dns/promises';
import { hostname, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certificate } from '../helpers/certificate.ts';
import { runCommand, type CommandResult } from '../helpers/command-line.ts';
import { pinImage, projectCopy } from '../helpers/project.ts';
import { startProxy, type Proxy } from '../helpers/proxy.ts';
import { LOGIN } from '../helpers/secret-forms.ts';
import { site, type Site } from './setup.ts';

const PAIR = Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64');
const ENV = { REGISTRY_USERNAME: LOGIN.username, REGISTRY_PASSWORD: LOGIN.password };

let folder = '';
let here: Site;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flags-'));
  here = await site({ login: LOGIN }, { env: { HOME: folder, ...ENV } });
});
afterAll(async () => {
  await here.close();
  await rm(folder, { recursive: true });
});

/** A mirror's plan asks the registry with the credentials, and writes nothing. */
function plan(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  input = '',
): Promise<CommandResult> {
  const all = ['--project', here.project, '--registry', here.target, '--dry-run', ...args];
  return runCommand('mirror', all, env, input);
}

async function write(path: string, content: object | string): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

async function expectSource(result: CommandResult, source: string): Promise<void> {
  expect(result.stderr).toBe('');
  expect(result.stdout).toContain(`registry    ${here.registry.host}, credentials from ${source}\n`);
  expect(result.code).toBe(0);
}

describe('the source of the credentials is printed', () => {
  test('the flags', async () => {
    const result = await plan({}, ['--username', LOGIN.username, '--password-stdin'], `${LOGIN.password}\n`);
    await expectSource(result, '--username and --password-stdin');
  });

  test.each([
    ['GITEA_TOKEN', { GITEA_TOKEN: LOGIN.password, REGISTRY_USERNAME: LOGIN.username }],
    ['REGISTRY_USERNAME and REGISTRY_PASSWORD', ENV],
  ])('%s', async (source, env) => {
    await expectSource(await plan(env), source);
  });

  test('Docker’s file', async () => {
    const file = await write('docker/config.json', { auths: { [here.registry.host]: { auth: PAIR } } });
    await expectSource(await plan({ DOCKER_CONFIG: dirname(file) }), file);
  });

  test('Helm’s file', async () => {
    const file = await write('helm.json', { auths: { [here.registry.host]: { auth: PAIR } } });
    await expectSource(await plan({ HELM_REGISTRY_CONFIG: file }), file);
  });

  test('a credential store that Docker’s file names', async () => {
    const file = await write('store/config.json', { credsStore: 'of-the-tests' });
    const answer = JSON.stringify({ Username: LOGIN.username, Secret: LOGIN.password });
    const helper = await write(
      'bin/docker-credential-of-the-tests',
      `#!/bin/sh\ncat >/dev/null\ncat <<'END'\n${answer}\nEND\n`,
    );
    await chmod(helper, 0o755);
    const env = {
      DOCKER_CONFIG: dirname(file),
      PATH: [dirname(helper), process.env['PATH']].join(delimiter),
    };
    await expectSource(await plan(env), file);
  });

  test('none', async () => {
    const { code, stderr } = await plan({});
    expect(stderr).toMatch(/^error: .*answered 401.*\n {2}asked without credentials\n {2}REGISTRY_DENIED/);
    expect(code).toBe(3);
  });
});

test('a user without a password is refused before anything is asked', async () => {
  const before = here.registry.requests.length;
  const { code, stderr } = await plan({}, ['--username', LOGIN.username]);
  expect(stderr).toMatch(
    /^error: --username and --password-stdin go together; --password-stdin is missing\n/,
  );
  expect([code, here.registry.requests.length]).toEqual([2, before]);
});

test('standard input that does not stop is no password', async () => {
  const { code, stderr } = await plan(
    {},
    ['--username', LOGIN.username, '--password-stdin'],
    'x'.repeat(10_000_000),
  );
  expect(stderr).toMatch(/^error: Standard input has more than 65536 bytes\n {2}REGISTRY_CREDENTIALS/);
  expect(code).toBe(2);
});

/** Helm 3 speaks http to what it takes for the loopback, and goes around a proxy with --ca-file (measured on 3.17). */
async function nameOfLoopback(): Promise<string | undefined> {
  const { address } = await lookup(hostname()).catch(() => ({ address: '' }));
  return address === '127.0.0.1' && hostname() !== 'localhost' ? hostname() : undefined;
}

describe('a registry with a certificate of an authority of one’s own', () => {
  let secure: Site | undefined;
  const run = async (name: string, file: string, host: string): Promise<CommandResult> => {
    const { project = '', registry } = secure ?? {};
    await write('secure/config.json', { auths: { [registry?.host ?? '']: { auth: PAIR } } });
    const flags = ['--username', LOGIN.username, '--password-stdin', '--ca-file', join(folder, file)];
    const target = `oci://${host}:${registry?.host.split(':')[1] ?? ''}/site`;
    const args = ['--project', project, '--registry', target, ...flags];
    return runCommand(name, args, { DOCKER_CONFIG: join(folder, 'secure') }, LOGIN.password);
  };

  beforeAll(async () => {
    if (!certificate(folder, 'own') || !certificate(folder, 'other')) return;
    const [key, cert] = await Promise.all([
      readFile(join(folder, 'own.key'), 'utf8'),
      readFile(join(folder, 'own.pem'), 'utf8'),
    ]);
    const access = { env: { HOME: folder, ...ENV }, caFile: join(folder, 'own.pem') };
    secure = await site({ login: LOGIN, tls: { key, cert }, basicOnly: true }, access);
  });
  afterAll(async () => {
    await secure?.close();
  });

  /** The one warning that a registry which wants a login leads to. */
  const onlyForNodes = (repository: string): unknown =>
    expect.stringMatching(
      new RegExp(
        `^warning: nodes cannot pull \\S+/${repository} without .*\\n {2}kubectl .*\\nand name it .*\\n$`,
      ),
    );

  test('--ca-file, --username and --password-stdin lead to it', async ({ skip }) => {
    if (secure === undefined) skip('no openssl');
    const { code, stdout, stderr } = await run('mirror', 'own.pem', '127.0.0.1');
    expect([code, stderr]).toEqual([0, onlyForNodes('site/multus-cni')]);
    expect(stdout).toContain('credentials from --username and --password-stdin\n');
    expect(secure?.registry.content.tags.get('site/multus-cni v9-thick')).toBe(secure?.image.digest);
  });

  test('and Helm’s pull of a release too', async ({ skip }) => {
    const host = await nameOfLoopback();
    if (secure === undefined || host === undefined) return skip('no openssl, or no name of the loopback');
    // The image by the same name: of another of this machine nobody said that it speaks https.
    const registry = `${host}:${secure.registry.host.split(':')[1] ?? ''}`;
    const image = { repository: 'upstream/multus-cni', tag: 'v9-thick', digest: secure.image.digest };
    await pinImage(secure.project, { ...image, registry });
    const { code, stdout, stderr } = await run('release', 'own.pem', host);
    await pinImage(secure.project, { ...image, registry: secure.registry.host });
    expect([code, stderr]).toEqual([0, onlyForNodes('upstream/multus-cni')]);
    expect(stdout).toMatch(/^image +\S+: complete$/m);
    expect(stdout).toMatch(/^pulled +by Helm 3\.\S+ and Helm 4\.\S+, the same archive$/m);
  });

  test.for<readonly [string, RegExp, number]>([
    ['other.pem', /error: https:\/\/127\.0\.0\.1:\d+\/.*\n {2}REGISTRY_NETWORK \(oci\): .*--ca-file/, 3],
    ['none.pem', /error: Cannot read the certificates in .*none\.pem: ENOENT.*\n {2}FILE_MISSING/, 2],
  ])('--ca-file %s is refused', async ([file, message, status], { skip }) => {
    if (secure === undefined) skip('no openssl');
    const { code, stderr } = await run('mirror', file, '127.0.0.1');
    expect(stderr).toMatch(message);
    expect(code).toBe(status);
  });
});

describe('--plain-http', () => {
  let proxy: Proxy;
  beforeAll(async () => {
    proxy = await startProxy(() => Number(here.registry.host.split(':')[1]));
    await write('docker/config.json', { auths: { [here.registry.host]: { auth: PAIR } } });
  });
  afterAll(() => proxy.close());

  function far(project: string, ...args: readonly string[]): Promise<CommandResult> {
    // Through a proxy the registry has a name that is none of the loopback, as a user's has.
    const way = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.1' };
    const env = { ...ENV, ...way, DOCKER_CONFIG: join(folder, 'docker') };
    const all = ['--project', project, '--registry', 'oci://registry.test/site', '--dry-run', ...args];
    proxy.asked.length = 0;
    return runCommand('mirror', all, env);
  }

  test('asks a host that is none of the loopback by http', async () => {
    const { code, stdout, stderr } = await far(here.project, '--plain-http');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('registry.test, credentials from REGISTRY_USERNAME and REGISTRY_PASSWORD\n');
    expect(new Set(proxy.asked)).toEqual(new Set(['registry.test:80']));
  });

  test('without it that is not done, and the hint names it', async () => {
    const { code, stderr } = await far(here.project);
    expect(stderr).toMatch(
      /error: https:\/\/registry\.test\/[^]*\n {2}REGISTRY_NETWORK \(oci\): .*--plain-http/,
    );
    expect([code, new Set(proxy.asked)]).toEqual([3, new Set(['registry.test:443'])]);
  });

  test('is for the registry that is named, not for the one of an image', async () => {
    const project = await projectCopy();
    try {
      const image = { registry: 'upstream.test', repository: 'upstream/multus-cni', tag: 'v9-thick' };
      await pinImage(project, { ...image, digest: here.image.digest });
      const { code, stderr } = await far(project, '--plain-http');
      expect(stderr).toMatch(/error: https:\/\/upstream\.test\//);
      expect([code, proxy.asked.includes('upstream.test:80')]).toEqual([3, false]);
    } finally {
      await rm(project, { recursive: true });
    }
  });
});
