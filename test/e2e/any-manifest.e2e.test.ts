import { spawnSync } from 'node:child_process';
import { applyPatch } from 'diff';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../helpers/cluster.ts';
import { testEngines } from '../helpers/engines.ts';
import { ROOT } from '../helpers/this-project.ts';
import { describeWith } from '../helpers/tools.ts';

const DIGESTS = ['flannel:v0.28.9', 'flannel-cni-plugin:v1.9.1-flannel3']
  .map((name, i) => `ghcr.io/flannel-io/${name}@sha256:${String(i + 1).repeat(64)}\n`)
  .join('');

/** A step of the walk: a command, or a change of recipe.yaml. */
interface Step {
  readonly command?: string;
  readonly patch?: string;
}

const page = await readFile(join(ROOT, 'docs', 'any-manifest.md'), 'utf8');
const steps = [...page.matchAll(/^ {4}(\S.*)$|^```diff\n([^]*?)^```$/gm)].map(([, command, patch]): Step =>
  command === undefined ? { patch: patch ?? '' } : { command },
);

describeWith(['etcd', 'kube-apiserver'], 'the walk of docs/any-manifest.md', () => {
  let cluster: Cluster;
  let folder: string;
  beforeAll(async () => {
    [cluster, folder] = await Promise.all([startCluster(), mkdtemp(join(tmpdir(), 'walk-'))]);
    await copyFile(join(ROOT, 'test/fixtures/manifests/flannel.yaml'), join(folder, 'kube-flannel.yml'));
    await writeFile(join(folder, 'digests.txt'), DIGESTS);
    const [helm] = (await testEngines()).toReversed();
    const run = `exec '${process.execPath}' '${join(ROOT, 'test/helpers/start-compiled.js')}' "$@"`;
    await program('npx', `shift; ${run}`);
    await program('helm', `exec '${helm?.path}' "$@"`);
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function program(name: string, line: string): Promise<void> {
    return writeFile(join(folder, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  }

  it('leads from the manifest to a chart that is installed', async () => {
    expect(steps.length).toBeGreaterThan(10);
    const said = new Map<string, string>();
    for (const { command, patch } of steps) {
      if (command !== undefined) said.set(command, runs(command));
      if (patch !== undefined) {
        const file = join(folder, 'flannel', 'recipe.yaml');
        const changed = applyPatch(await readFile(file, 'utf8'), patch);
        expect(changed).not.toBe(false);
        await writeFile(file, String(changed));
      }
    }
    const daemonSet = cluster.get('daemonset', 'kube-flannel-ds', 'kube-flannel');
    expect(daemonSet).toMatchObject({
      spec: { updateStrategy: { rollingUpdate: { maxUnavailable: '10%' } } },
    });
    expect(JSON.stringify(daemonSet)).toContain(`:v0.28.9@sha256:${'1'.repeat(64)}`);
    expect(said.get('npx chartlift init --project flannel')).toContain('0 values');
    expect([...said].find(([command]) => command.includes(' template '))?.[1]).toContain('10.42.0.0/16');
  });

  function runs(command: string): string {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: folder + delimiter + (process.env['PATH'] ?? ''),
        HOME: folder,
        KUBECONFIG: cluster.kubeconfig,
      },
    });
    expect([command, status, stderr]).toEqual([command, 0, expect.anything()]);
    return stdout;
  }
});
