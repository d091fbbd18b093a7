import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { helmEngines, preferredHelm, testEngines } from '../../scripts/io/helm-engines.ts';
import { helmAt, helmEnv } from '../../scripts/io/helm.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'helm-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Puts a program that calls itself helm into a folder of its own and gives its path. */
async function program(name: string, script: string): Promise<string> {
  const path = join(folder, name, 'helm');
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

const folderOf = (path: string): string => path.replace(/\/helm$/, '');

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
    const found = async (env: NodeJS.ProcessEnv): Promise<readonly string[]> =>
      (await helmEngines(env)).map(({ version }) => version);
    const npm = await found({});
    expect(npm).toEqual([expect.stringMatching(/^3\./), expect.stringMatching(/^4\./)]);
    expect(await found({ HELM: three, PATH: folderOf(four) })).toEqual(['3.99.1', npm[1]]);
    expect(await found({ PATH: folderOf(four) })).toEqual([npm[0], '4.88.0-rc.1+g123']);
    const path = ['/nonexistent', folderOf(three), folderOf(four)].join(delimiter);
    expect(await found({ PATH: path })).toEqual(['3.99.1', npm[1]]);
    // A program of that name on PATH may be something else; one that the user names may not.
    expect(await found({ PATH: folderOf(none) })).toEqual(npm);
    expect((await preferredHelm({ PATH: folderOf(three) })).version).toBe('3.99.1');
    expect((await preferredHelm({})).version).toBe(npm[1]);
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
      message: `HELM=${path} ${message}`,
      hint: expect.stringContaining('name it by HELM=/path/to/helm') as string,
    });
  });

  test('$HELM that does not exist is refused', async () => {
    await expect(preferredHelm({ HELM: '/nonexistent/helm' })).rejects.toMatchObject({
      code: 'HELM_MISSING',
      message: expect.stringMatching(
        /^HELM=\/nonexistent\/helm does not say its version \(status \d+\)/,
      ) as string,
    });
  });
});

describe('where npm brings none', () => {
  test.each([
    ['darwin', 'arm64'],
    ['win32', 'x64'],
    ['linux', 'arm64'],
  ] as const)('%s %s: says what there is, and what to install', async (platform, arch) => {
    elsewhere(platform, arch);
    const refusal = (version: string) => ({
      code: 'HELM_MISSING',
      stage: 'helm',
      message: `The Helm ${version} that npm brings runs on linux x64, this is ${platform} ${arch}`,
      hint: 'Install Helm 3 and 4 by your package manager (or from helm.sh) and put one on PATH, or name it by HELM=/path/to/helm.',
    });
    await expect(helmEngines({})).rejects.toMatchObject(refusal('3.17.3'));
    await expect(preferredHelm({})).rejects.toMatchObject(refusal('4.2.3'));
  });

  test.runIf(process.platform !== 'win32')('one’s own serves the commands that need one', async () => {
    const four = await program('own', 'echo v4.1.0');
    elsewhere('linux', 'arm64');
    expect((await preferredHelm({ HELM: four })).path).toBe(four);
    await expect(helmEngines({ HELM: four })).rejects.toThrow(/^The Helm 3\.17\.3 that npm brings/);
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
      for (const helm of await testEngines()) {
        const text = await helm.template(chart, { name: 'a', namespace: 'b' }, values);
        const json = Buffer.from(/^b: (.*)$/m.exec(text)?.[1] ?? '', 'base64').toString();
        expect([helm.version, JSON.parse(json)]).toEqual([helm.version, values]);
      }
    },
  );
});
