import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { rootCertificates } from 'node:tls';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { helmEngines, preferredHelm } from '../../scripts/io/helm-engines.ts';
import { helmAt, helmEnv } from '../../scripts/io/helm.ts';
import { testEngines } from '../helpers/engines.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'helm-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Puts a program that calls itself helm (or as said) into a folder of its own and gives its path. */
async function program(name: string, script: string, called = 'helm'): Promise<string> {
  const path = join(folder, name, called);
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

const folderOf = (path: string): string => dirname(path);

const RELEASES = 'https://github.com/helm/helm/releases';

async function versions(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  return (await helmEngines(env)).map(({ version }) => version);
}

/** Node says that it runs elsewhere. */
function elsewhere(platform: NodeJS.Platform, arch: NodeJS.Architecture): void {
  vi.spyOn(process, 'platform', 'get').mockReturnValue(platform);
  vi.spyOn(process, 'arch', 'get').mockReturnValue(arch);
}

/** Where npm brings a Helm. */
const NPM_HAS_HELM = process.platform === 'linux' && process.arch === 'x64';

describe.runIf(NPM_HAS_HELM)('which Helm', () => {
  test('$HELM before PATH, PATH before npm, each for the major that it is', async () => {
    const three = await program('three', 'echo v3.99.1');
    const four = await program('four', 'echo v4.88.0-rc.1+g123');
    const none = await program('none', 'exit 1');
    const npm = await versions({});
    expect(npm).toEqual([expect.stringMatching(/^3\./), expect.stringMatching(/^4\./)]);
    expect(await versions({ HELM: three })).toEqual(['3.99.1', npm[1]]);
    expect(await versions({ PATH: folderOf(four) })).toEqual([npm[0], '4.88.0-rc.1+g123']);
    expect(await versions({ HELM: three, PATH: folderOf(four) })).toEqual(['3.99.1', '4.88.0-rc.1+g123']);
    // A program of that name on PATH may be something else; one that the user names may not.
    expect(await versions({ PATH: folderOf(none) })).toEqual(npm);
    expect((await preferredHelm({ PATH: folderOf(three) })).version).toBe('3.99.1');
    expect((await preferredHelm({ HELM: '', PATH: '' })).version).toBe(npm[1]);
  });

  test('a Helm 5 is used for neither major, and by who runs it', async () => {
    const five = await program('five', 'echo v5.0.0');
    expect((await helmEngines({ HELM: five })).map(({ major }) => major)).toEqual([3, 4]);
    expect(await preferredHelm({ HELM: five })).toMatchObject({ path: five, version: '5.0.0', major: 5 });
  });

  test.each([
    ['fails', 'echo broken >&2; exit 7', 'does not say its version (status 7): broken'],
    ['is something else', 'echo GNU helm', 'does not say its version (status 0): GNU helm'],
  ])('$HELM that %s is refused with its own words', async (name, script, message) => {
    const path = await program(name.replaceAll(' ', '-'), script);
    await expect(helmEngines({ HELM: path })).rejects.toMatchObject({
      code: 'HELM_MISSING',
      exitCode: 2,
      message: `HELM names ${path}, which ${message}`,
      hint: expect.stringContaining('set HELM=/path/to/helm3:/path/to/helm4') as string,
    });
  });

  test('$HELM that does not exist is refused', async () => {
    await expect(preferredHelm({ HELM: '/nonexistent/helm' })).rejects.toMatchObject({
      code: 'HELM_MISSING',
      message: expect.stringMatching(
        /^HELM names \/nonexistent\/helm, which does not say its version \(status \d+\)/,
      ) as string,
    });
  });
});

describe.runIf(process.platform !== 'win32')('the Helms of the user', () => {
  test('each folder of PATH, by each name; plain helm first, then in the order of PATH', async () => {
    const old = await program('b-old', 'echo v3.1.0', 'helm3');
    const three = await program('b-three', 'echo v3.2.0', 'helm3');
    const four = await program('b-four', 'echo v4.1.0', 'helm4');
    const plain = await program('b-plain', 'echo v4.2.0');
    const path = (...programs: readonly string[]): string => programs.map(folderOf).join(delimiter);
    expect(await versions({ PATH: path(three, four) })).toEqual(['3.2.0', '4.1.0']);
    expect(await versions({ PATH: path(four, old, three) })).toEqual(['3.1.0', '4.1.0']);
    expect(await versions({ PATH: path(old, four, plain) })).toEqual(['3.1.0', '4.2.0']);
    expect((await preferredHelm({ PATH: path(old, four, plain) })).path).toBe(plain);
    expect((await preferredHelm({ PATH: path(four, old) })).path).toBe(old);
  });

  test('$HELM names several as PATH does, each before those on PATH', async () => {
    const three = await program('c-three', 'echo v3.3.0');
    const four = await program('c-four', 'echo v4.3.0');
    const other = await program('c-other', 'echo v3.4.0');
    const env = { HELM: [four, three].join(delimiter), PATH: folderOf(other) };
    expect(await versions(env)).toEqual(['3.3.0', '4.3.0']);
    expect((await preferredHelm(env)).path).toBe(four);
    const broken = [four, '/nonexistent/helm'].join(delimiter);
    await expect(versions({ HELM: broken })).rejects.toThrow(/^HELM names \/nonexistent\/helm, which /);
  });
});

describe.each([
  ['darwin', 'arm64'],
  ['win32', 'x64'],
  ['linux', 'arm64'],
] as const)('where npm brings none, %s %s', (platform, arch) => {
  const here = `(npm brings them for linux x64, this is ${platform} ${arch})`;

  test('without any Helm: says what there is, and what to install', async () => {
    elsewhere(platform, arch);
    await expect(helmEngines({})).rejects.toMatchObject({
      code: 'HELM_MISSING',
      exitCode: 2,
      message: `A chart is proved on Helm 3 and Helm 4; missing here: Helm 3 and Helm 4 ${here}; found: none`,
      hint: `Get Helm 3 and Helm 4 from ${RELEASES}, then put them on PATH as helm3 and helm4, or set HELM=/path/to/helm3:/path/to/helm4.`,
    });
    await expect(preferredHelm({})).rejects.toMatchObject({
      code: 'HELM_MISSING',
      message: `The Helm 4.2.3 that npm brings runs on linux x64, this is ${platform} ${arch}`,
    });
  });

  test.runIf(process.platform !== 'win32')(
    'one is refused for both, and serves where one will do',
    async () => {
      const four = await program('own', 'echo v4.1.0');
      elsewhere(platform, arch);
      const message = `A chart is proved on Helm 3 and Helm 4; missing here: Helm 3 ${here}; found: Helm 4.1.0 (${four})`;
      const hint = `Get Helm 3 from ${RELEASES}, then put it on PATH as helm3, or set HELM=`;
      await expect(helmEngines({ PATH: folderOf(four) })).rejects.toMatchObject({
        message,
        hint: `${hint}/path/to/helm3.`,
      });
      await expect(helmEngines({ HELM: four })).rejects.toMatchObject({
        message,
        hint: `${hint}${four}${delimiter}/path/to/helm3.`,
      });
      expect((await preferredHelm({ HELM: four })).path).toBe(four);
    },
  );

  test.runIf(process.platform !== 'win32')('what the refusal says helps, for tests too', async () => {
    const four = await program('own', 'echo v4.1.0');
    const three = await program('own-three', 'echo v3.5.0', 'helm3');
    elsewhere(platform, arch);
    const env = { HELM: four, PATH: folderOf(three) };
    expect(await versions(env)).toEqual(['3.5.0', '4.1.0']);
    vi.stubEnv('HELM', [three, four].join(delimiter));
    expect((await testEngines()).map(({ path }) => path)).toEqual([three, four]);
  });
});

describe('a Helm', () => {
  test('runs without what the user has set for theirs, in homes that nobody else uses', () => {
    vi.stubEnv('HELM_NAMESPACE', 'other');
    vi.stubEnv('HELM_KUBECONTEXT', 'production');
    vi.stubEnv('KEPT', 'yes');
    const env = helmEnv('/home');
    expect(Object.entries(env).filter(([name]) => name.startsWith('HELM'))).toEqual([
      ['HELM_CACHE_HOME', '/home/cache'],
      ['HELM_CONFIG_HOME', '/home/config'],
      ['HELM_DATA_HOME', '/home/data'],
    ]);
    expect(env['KEPT']).toBe('yes');
  });

  test('gets none of the secrets that the toolkit is given', () => {
    vi.stubEnv('GITEA_TOKEN', 'a-secret');
    vi.stubEnv('REGISTRY_PASSWORD', 'a-secret');
    expect(Object.values(helmEnv('/home'))).not.toContain('a-secret');
  });

  test.runIf(process.platform !== 'win32')('that does not end is ended, and said so', async () => {
    const stuck = helmAt(await program('stuck', 'sleep 60'), '4.0.0', { pull: 300, other: 200 });
    await expect(stuck.exec(['pull', 'oci://a/b'])).rejects.toMatchObject({
      code: 'HELM_FAILED',
      message: 'helm 4.0.0 pull: no answer within 0.3 s, so it was ended',
      hint: expect.stringContaining('does not answer') as string,
    });
    await expect(stuck.lint('chart')).rejects.toThrow('helm 4.0.0 lint: no answer within 0.2 s');
  });

  test.runIf(process.platform !== 'win32')('trusts whom Node trusts, when Node trusts more', async () => {
    const helm = helmAt(await program('trust', 'cat "${SSL_CERT_FILE:-/dev/null}"'), '4.0.0');
    const trusted = async (): Promise<string> => (await helm.exec([])).stdout;
    const extra = join(folder, 'extra.pem');
    await writeFile(extra, 'an authority of one’s own\n');
    vi.stubEnv('NODE_EXTRA_CA_CERTS', undefined);
    vi.stubEnv('SSL_CERT_FILE', undefined);
    expect(await trusted()).toBe('');
    vi.stubEnv('NODE_EXTRA_CA_CERTS', join(folder, 'missing.pem'));
    expect(await trusted()).toBe('');
    vi.stubEnv('NODE_EXTRA_CA_CERTS', extra);
    expect(await trusted()).toBe([...rootCertificates, 'an authority of one’s own\n'].join('\n'));
    vi.stubEnv('SSL_CERT_FILE', extra);
    expect(await trusted()).toBe('an authority of one’s own\n');
  });

  test.runIf(process.platform !== 'win32')('arguments and input reach it as they are', async () => {
    const path = await program('echo', 'printf "%s\\n" "$@"; cat; echo words >&2; exit 3');
    const args = ['a b', '$HOME', "it's", '*', '', '-x'];
    expect(await helmAt(path, '4.0.0').exec(args, 'in\nput')).toEqual({
      status: 3,
      stdout: `${args.join('\n')}\nin\nput`,
      stderr: 'words\n',
    });
  });

  test.runIf(process.platform !== 'win32')('one that ends before it has read its input', async () => {
    const path = await program('hasty', 'exec <&-; echo no >&2; exit 1');
    const input = 'x'.repeat(1 << 20);
    expect(await helmAt(path, '4.0.0').exec([], input)).toMatchObject({ status: 1, stderr: 'no\n' });
  });

  test.runIf(process.platform !== 'win32')(
    'a status other than 0 is HELM_FAILED with its words',
    async () => {
      const said = helmAt(await program('words', 'echo out; echo "the reason" >&2; exit 1'), '4.0.0');
      const release = { name: 'a', namespace: 'b' };
      await expect(said.template('chart', release, {})).rejects.toMatchObject({
        code: 'HELM_FAILED',
        message: 'helm 4.0.0 template: the reason',
      });
      const silent = helmAt(await program('silent', 'echo only here; exit 1'), '3.1.2');
      await expect(silent.lint('chart')).rejects.toMatchObject({ message: 'helm 3.1.2 lint: only here' });
    },
  );

  test.runIf(NPM_HAS_HELM)('what lint finds in a bad chart is told, file by file', async () => {
    const chart = join(folder, 'bad');
    await mkdir(join(chart, 'templates'), { recursive: true });
    await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: bad\nversion: 1.0.0\nicon: no-url\n');
    await writeFile(join(chart, 'templates', 'a.yaml'), 'a: {{ .Values.b.c }}\n');
    for (const helm of await testEngines()) {
      await expect(helm.lint(chart), helm.version).rejects.toMatchObject({
        code: 'HELM_FAILED',
        message: expect.stringMatching(
          /icon [^\n]*no-url[^]*bad\/templates\/a\.yaml[^]*\.Values\.b\.c[^]*1 chart\(s\) failed$/,
        ) as string,
      });
    }
  });

  test.runIf(NPM_HAS_HELM)(
    'values reach the template as they are, whatever characters they have',
    async () => {
      const chart = join(folder, 'chart');
      await mkdir(join(chart, 'templates'), { recursive: true });
      await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: chart\nversion: 1.0.0\n');
      await writeFile(
        join(chart, 'templates', 'a.yaml'),
        '{{ .Release.Namespace }}: {{ .Values | toJson | b64enc }}\n',
      );
      const values = {
        a: '{{ .b }}',
        b: 'NEL \u0085 LS \u2028 BOM \ufeff DEL \u007f',
        c: [null, 1.5, 'no', '1e3'],
      };
      const page = { fill: 'x'.repeat(4096 - '{"fill":""}'.length) };
      for (const helm of await testEngines()) {
        for (const one of [values, page]) {
          const text = await helm.template(chart, { name: 'a', namespace: 'b' }, one);
          const json = Buffer.from(/^b: (.*)$/m.exec(text)?.[1] ?? '', 'base64').toString();
          expect([helm.version, JSON.parse(json)]).toEqual([helm.version, one]);
        }
      }
    },
  );
});
