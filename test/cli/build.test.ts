import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { runCommand } from '../helpers/command-line.ts';
import { projectCopy } from '../helpers/project.ts';
import { diskState } from './setup.ts';

let project = '';
let folder = '';

beforeAll(async () => {
  project = await projectCopy();
  folder = await mkdtemp(join(tmpdir(), 'build-'));
});
afterAll(() => Promise.all([project, folder].map((path) => rm(path, { recursive: true }))));

describe('npm run build', () => {
  test('--check refuses a chart that is edited, names the files and writes nothing; build mends it', async () => {
    const clean = await diskState(join(project, 'chart'));
    // A file that an earlier recipe made.
    const list = await readFile(join(project, 'chart.sha256'), 'utf8');
    const empty = createHash('sha256').update('').digest('hex');
    await writeFile(join(project, 'chart.sha256'), `${list}${empty}  chart/templates/old.yaml\n`);
    await writeFile(join(project, 'chart/templates/old.yaml'), '');
    await writeFile(join(project, 'chart/values.yaml'), 'edited: true\n');
    await rm(join(project, 'chart/templates/NOTES.txt'));
    const stale = await diskState(join(project, 'chart'));
    const refused = await runCommand('build', ['--project', project, '--check']);
    expect(refused.stderr).toBe(
      'error: chart/ is not what the recipe makes: values.yaml, templates/NOTES.txt, templates/old.yaml\n' +
        '  CHART_STALE (assemble): Run npm run build and commit chart/.\n',
    );
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(await diskState(join(project, 'chart'))).toEqual(stale);

    const { code, stdout, stderr } = await runCommand('build', ['--project', project]);
    expect(code).toBe(0);
    expect(stderr).toBe(
      `warning: ${project}/chart/values.yaml was edited; it is generated, so it is replaced\n`,
    );
    expect(await readFile(join(project, 'chart.sha256'), 'utf8')).toBe(list);
    expect(stdout).toMatch(
      /^templatized \d+ resources, \d+ fields lifted\nwritten {5}chart\/ \(multus 1\.0\.0, \d+ files, 3 changed\)\n$/,
    );
    const texts = (state: ReadonlyMap<string, string>): readonly (readonly (string | undefined)[])[] =>
      [...state].map(([path, text]) => [path, text.split(' ')[1]]);
    expect(texts(await diskState(join(project, 'chart')))).toEqual(texts(clean));
  });

  test('review says each departure with its reason, --lifts every field', async () => {
    const { code, stdout } = await runCommand('review', ['--project', project, '--lifts']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^multus 1\.0\.0 against upstream v\S+: 6 of 6 objects differ\n/);
    expect(stdout).toMatch(/^ {2}undeclared {2}nothing\n {2}declared {4}8 departures: /m);
    expect(stdout.match(/^ {2}because \S.+$/gm)).toHaveLength(8);
    expect(stdout).toMatch(/^Lifted fields:\n(?: {2}\S+ +\w+(?: × \w+)? +\w+\/\S+(?: +\S+)?\n)+$/m);
  });
});

describe('npm run template', () => {
  test('renders the project’s chart with Helm’s flags, and nothing else on stdout', async () => {
    const flags = ['--set', 'platform=k3s', '--show-only', 'templates/kube-multus-ds-daemonset.yaml'];
    const { code, stdout, stderr } = await runCommand('template', [...flags, '--project', project]);
    expect([code, stderr]).toEqual([0, '']);
    const { resources } = parseManifest(stdout, 'stdout');
    expect(resources.map(({ object }) => object['kind'])).toEqual(['DaemonSet']);
    expect(stdout).toContain('path: "/var/lib/rancher/k3s/agent/etc/cni/net.d"');
  });

  test('Helm’s exit status and words are the command’s', async () => {
    const { code, stdout, stderr } = await runCommand('template', [
      '--project',
      project,
      '--set',
      'platform=no',
    ]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('platform');
  });

  test('$HELM is the Helm that runs, with homes of its own and the arguments in order', async () => {
    const helm = join(folder, 'helm');
    const script = '[ "$1" = version ] && echo v3.0.0 && exit; echo "$@"; echo "$HELM_CACHE_HOME"; exit 9';
    await writeFile(helm, `#!/bin/sh\n${script}\n`);
    await chmod(helm, 0o755);
    const env = { HELM: helm, HELM_CACHE_HOME: '/of/the/user' };
    const { code, stdout } = await runCommand('template', ['-x', '--project', project, 'y'], env);
    const [args, home] = stdout.split('\n');
    expect(args).toBe(`template multus ${join(project, 'chart')} -x y`);
    expect(home).toMatch(/helm-home-[^/]+\/cache$/);
    expect(code).toBe(9);
  });

  test('--project=DIR is the same; without a folder it is refused, whatever follows', async () => {
    const joined = await runCommand('template', [`--project=${folder}`]);
    expect(joined.stderr).toContain(`Cannot read ${join(folder, 'chart/Chart.yaml')}`);
    for (const args of [['--project'], ['--project='], ['--set', 'a=b', '--project']]) {
      const { code, stdout, stderr } = await runCommand('template', args);
      expect(stderr).toBe(
        'error: npm run template: --project names no folder\n  USAGE (usage): Say --project DIR.\n',
      );
      expect([code, stdout]).toEqual([2, '']);
    }
  });

  test('without a chart it says which command makes one', async () => {
    const { code, stderr } = await runCommand('template', ['--project', folder]);
    expect(stderr).toBe(
      `error: Cannot read ${join(folder, 'chart/Chart.yaml')}: ENOENT\n  FILE_MISSING (usage): Run npm run build first.\n`,
    );
    expect(code).toBe(2);
  });
});
