import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { helmAt, type Helm, type HelmResult } from '../../scripts/io/helm.ts';
import { digestOf } from '../../scripts/oci/digest.ts';
import { helmPull, type Published } from '../../scripts/verify/helm-pull.ts';

const ARCHIVE = Buffer.from('the bytes of an archive');
const LOGIN = { username: 'somebody', password: 'a secret of the tests' };
const PUBLISHED: Published = {
  registry: 'git.example.org',
  repository: 'infra/multus',
  version: '1.0.0',
  digest: digestOf(ARCHIVE),
  plainHttp: false,
  login: LOGIN,
};

type Pull = (args: readonly string[], config: string) => Promise<HelmResult>;

const LOADED = { status: 0, stdout: 'name: multus\nversion: 1.0.0\n', stderr: '' };

/** A Helm that pulls as said; its second argument is the file that --registry-config names. */
function fakeHelm(pull: Pull, loaded: HelmResult = LOADED): Helm {
  const exec: Helm['exec'] = async (args) => {
    if (args[0] === 'pull') return pull(args, args[args.indexOf('--registry-config') + 1] ?? '');
    expect(args.slice(0, 2)).toEqual(['show', 'chart']);
    expect(await readFile(args[2] ?? '')).toEqual(ARCHIVE);
    return loaded;
  };
  return { ...helmAt('/nonexistent', '4.0.0'), exec };
}

const brings =
  (bytes: Uint8Array): Pull =>
  async (args) => {
    await writeFile(join(args[args.indexOf('--destination') + 1] ?? '', 'multus-1.0.0.tgz'), bytes);
    return { status: 0, stdout: '', stderr: '' };
  };

test('a Helm that says it pulled and brought nothing', async () => {
  const nothing: Pull = async () => ({ status: 0, stdout: '', stderr: '' });
  await expect(helmPull(fakeHelm(nothing), PUBLISHED)).rejects.toMatchObject({
    code: 'FILE_MISSING',
    message: expect.stringMatching(/^Cannot read .*multus-1\.0\.0\.tgz: ENOENT$/) as string,
  });
});

test.each([
  ['git.example.org', 'git.example.org'],
  // Helm and Docker look for Docker Hub's login under this name only.
  ['docker.io', 'https://index.docker.io/v1/'],
])(
  'the login for %s is in a file of its own under %s, never in arguments, and gone afterwards',
  async (registry, key) => {
    let file = '';
    const helm = fakeHelm(async (args, config) => {
      file = config;
      expect(args.join(' ')).not.toContain(LOGIN.password);
      expect([
        (await stat(config)).mode & 0o777,
        (await stat(dirname(dirname(config)))).mode & 0o777,
      ]).toEqual([0o600, 0o700]);
      const auth = Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64');
      expect(JSON.parse(await readFile(config, 'utf8'))).toEqual({ auths: { [key]: { auth } } });
      return brings(ARCHIVE)(args, config);
    });
    await helmPull(helm, { ...PUBLISHED, registry });
    await expect(stat(file)).rejects.toThrow('ENOENT');
  },
);

test('another archive, and a Helm that fails, are errors', async () => {
  await expect(helmPull(fakeHelm(brings(Buffer.from('other'))), PUBLISHED)).rejects.toMatchObject({
    code: 'VERIFY_FAILED',
  });
  const fails: Pull = async () => ({ status: 1, stdout: '', stderr: 'its words\n' });
  await expect(helmPull(fakeHelm(fails), PUBLISHED)).rejects.toMatchObject({
    code: 'HELM_FAILED',
    message: 'helm 4.0.0 pull: its words',
  });
});

test('what is pulled and cannot be loaded, or is another chart, is an error', async () => {
  const loads = (own: Partial<HelmResult>): Promise<void> =>
    helmPull(fakeHelm(brings(ARCHIVE), { ...LOADED, ...own }), PUBLISHED);
  await expect(loads({ status: 1, stderr: 'Error: invalid tar header\n' })).rejects.toMatchObject({
    code: 'HELM_FAILED',
    message: 'helm 4.0.0 cannot load multus-1.0.0.tgz: Error: invalid tar header',
  });
  await expect(loads({ stdout: 'name: multus\nversion: 2.0.0\n' })).rejects.toMatchObject({
    code: 'PACKAGE_INVALID',
  });
});
