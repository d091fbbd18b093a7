import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRegistry } from '../../scripts/oci/registry.ts';
import type { Descriptor } from '../../scripts/oci/store.ts';
import { pushImage } from '../helpers/images.ts';
import { pinImage, projectCopy, runScript, setMirror, startScript } from '../helpers/project.ts';
import { startGitea } from '../helpers/gitea.ts';
import { startDistribution, type Server } from '../helpers/servers.ts';
import { describeWith, tool } from '../helpers/tools.ts';

const SPEC = {
  platforms: ['linux/amd64', 'linux/arm64', 'linux/arm/v7'],
  layers: 3,
  layerSize: 300_000,
  attested: true,
};

describeWith(
  ['docker-registry', 'gitea', 'skopeo', 'crane', 'oras'],
  'images between a registry and a real Gitea',
  () => {
    let source: Server;
    let gitea: Server;
    let project: string;
    let index: Descriptor;
    const registry = (): string => `oci://${gitea.host}/${gitea.owners[0]}`;
    const copyName = (): string => `${gitea.host}/${gitea.owners[0]}/multus-cni`;

    beforeAll(async () => {
      [source, gitea] = await Promise.all([startDistribution(), startGitea()]);
      const store = await openRegistry({ registry: source.host, repository: 'up/multus-cni' }, { env: {} });
      index = await pushImage(store, 'v9-thick', SPEC);
      project = await projectCopy();
      await pinImage(project, {
        registry: source.host,
        repository: 'up/multus-cni',
        tag: 'v9-thick',
        digest: index.digest,
      });
      crane('auth', 'login', gitea.host, '-u', gitea.user, '-p', gitea.env['GITEA_TOKEN'] ?? '');
    });
    afterAll(async () => {
      crane('auth', 'logout', gitea.host);
      await Promise.all([source?.stop(), gitea?.stop(), rm(project, { recursive: true, force: true })]);
    });

    it('refuses a release whose recipe names a mirror that lacks the image, with the command', async () => {
      await setMirror(project, registry());
      const { status, output } = runScript(
        'release',
        ['--project', project, '--registry', registry()],
        gitea.env,
      );
      expect(output).toContain('MIRROR_INCOMPLETE');
      expect(output).toContain('npm run mirror');
      expect(output).toContain(index.digest);
      expect(status).toBe(1);
    });

    it('refuses some platforms for a pinned image unless that is stated', () => {
      const { status, output } = runScript(
        'mirror',
        ['--project', project, '--platform', 'linux/arm64'],
        gitea.env,
      );
      expect(output).toContain('--new-digest');
      expect(status).toBe(2);
    });

    it('plans the mirror and copies nothing with --dry-run', () => {
      const { output, status } = runScript('mirror', ['--project', project, '--dry-run'], gitea.env);
      expect(output).toMatch(/upload +index/);
      expect(status).toBe(0);
      expect(crane('digest', '--insecure', `${copyName()}:v9-thick`).status).not.toBe(0);
    });

    it('copies every platform and attestation with the digest unchanged', () => {
      const { status, output } = runScript('mirror', ['--project', project], gitea.env);
      expect(output).toContain(`every piece of ${index.digest} is there`);
      expect(status).toBe(0);
      expect(crane('digest', '--insecure', `${copyName()}:v9-thick`).stdout.trim()).toBe(index.digest);
      for (const platform of SPEC.platforms) {
        const name = `${copyName()}:v9-thick`;
        const validated = crane('validate', '--insecure', '--remote', name, '--platform', platform);
        expect([validated.status, validated.stdout]).toEqual([0, expect.stringContaining('PASS')]);
      }
    });

    it('mounts within one registry, and sends no blob', async () => {
      const within = await projectCopy();
      const [owner, other] = gitea.owners;
      const repository = `${owner}/multus-cni`;
      await pinImage(within, { registry: gitea.host, repository, tag: 'v9-thick', digest: index.digest });
      const target = `oci://${gitea.host}/${other}/mounted`;
      const args = ['--project', within, '--registry', target];
      const { status, output } = runScript('mirror', args, gitea.env);
      expect(output).toMatch(/mount +blob/);
      // Of 3 platforms a configuration and 3 layers, of each attestation a statement, one configuration for all.
      expect(output).toContain('(7 uploaded, 16 mounted, 0 there already)');
      expect(status).toBe(0);
      const name = `${gitea.host}/${other}/mounted/multus-cni:v9-thick`;
      expect(crane('digest', '--insecure', name).stdout.trim()).toBe(index.digest);
      await rm(within, { recursive: true });
    });

    it('copies nothing the second time', () => {
      const { output } = runScript('mirror', ['--project', project], gitea.env);
      expect(output).toContain('already published with this digest');
      expect(output).not.toMatch(/upload +/);
    });

    it('publishes a chart that names the mirror by the same digest', async () => {
      const { status, output } = runScript(
        'release',
        ['--project', project, '--registry', registry()],
        gitea.env,
      );
      expect(output).toContain(`${copyName()}@${index.digest}: complete`);
      expect(status).toBe(0);
      const values = await readFile(join(project, 'chart', 'values.yaml'), 'utf8');
      expect(values).toContain(`repository: ${gitea.owners[0]}/multus-cni`);
      expect(values).toContain(`digest: ${index.digest}`);
    });

    it('copies the images and publishes the chart in one go with --mirror-images', async () => {
      const [, owner] = gitea.owners;
      const other = await projectCopy();
      await pinImage(other, {
        registry: source.host,
        repository: 'up/multus-cni',
        tag: 'v9-thick',
        digest: index.digest,
      });
      const target = `oci://${gitea.host}/${owner}`;
      await setMirror(other, target);
      const { status, output } = runScript(
        'release',
        ['--project', other, '--registry', target, '--mirror-images'],
        gitea.env,
      );
      expect(status, output).toBe(0);
      expect(output.indexOf('/multus-cni:v9-thick (')).toBeLessThan(output.indexOf('/multus:1.0.0 ('));
      const copy = crane('digest', '--insecure', `${gitea.host}/${owner}/multus-cni:v9-thick`);
      expect(copy.stdout.trim()).toBe(index.digest);
      await rm(other, { recursive: true });
    });

    it('carries chart and images through a bundle to a registry that never sees the source', async () => {
      const bundle = join(project, 'dist', 'site.tar');
      const made = runScript('bundle', ['--project', project, '--output', bundle]);
      expect(made.output).toContain('bundled');
      const digest = spawnSync('sha256sum', [bundle], { encoding: 'utf8' }).stdout.slice(0, 64);
      expect(runScript('bundle', ['--project', project, '--output', bundle]).status).toBe(0);
      expect(spawnSync('sha256sum', [bundle], { encoding: 'utf8' }).stdout.slice(0, 64)).toBe(digest);

      const airGapped = await startDistribution();
      try {
        const target = `oci://${airGapped.host}/site`;
        const { status, output } = runScript('release', [
          '--project',
          project,
          '--from-bundle',
          bundle,
          '--registry',
          target,
        ]);
        expect(output).toContain(`every piece of ${index.digest} is there`);
        expect(output).toMatch(/pulled +by Helm 3\.\S+ and Helm 4\.\S+, the same archive/);
        expect(status).toBe(0);
        const receipt = await readFile(join(project, 'dist', 'multus-1.0.0.receipt.json'), 'utf8');
        expect(JSON.parse(receipt)).toMatchObject({ target: `${airGapped.host}/site/multus` });
        const chart = crane('digest', '--insecure', `${airGapped.host}/site/multus:1.0.0`);
        expect(chart.stdout.trim()).toBe((JSON.parse(receipt) as { readonly digest: string }).digest);
        expect(
          crane('digest', '--insecure', `${airGapped.host}/site/multus-cni:v9-thick`).stdout.trim(),
        ).toBe(index.digest);
        expect(
          crane(
            'validate',
            '--insecure',
            '--remote',
            `${airGapped.host}/site/multus-cni:v9-thick`,
            '--platform',
            'linux/arm64',
          ).status,
        ).toBe(0);
        expect(
          runScript('release', ['--project', project, '--from-bundle', bundle, '--registry', target]).output,
        ).toContain('already published');
      } finally {
        await airGapped.stop();
      }
    });

    it('writes a bundle that skopeo and oras read', () => {
      const folder = join(project, 'dist', 'site-layout');
      for (const [transport, output] of [
        ['oci', folder],
        ['oci-archive', `${folder}.tar`],
      ] as const) {
        expect(runScript('bundle', ['--project', project, '--output', output]).status).toBe(0);
        const image = `${transport}:${output}:multus-cni:v9-thick`;
        const skopeo = spawnSync(tool('skopeo'), ['inspect', '--raw', image], { encoding: 'utf8' });
        expect(skopeo.stderr).toBe('');
        expect(JSON.parse(skopeo.stdout)).toHaveProperty('manifests');
      }
      const oras = spawnSync(
        tool('oras'),
        ['manifest', 'fetch', '--oci-layout', `${folder}@${index.digest}`],
        { encoding: 'utf8' },
      );
      expect(oras.stderr).toBe('');
    });

    it('finishes after SIGKILL at any moment, and never tags what is incomplete', async () => {
      const store = await openRegistry({ registry: source.host, repository: 'up/multus-cni' }, { env: {} });
      const large = await pushImage(store, 'large', {
        platforms: ['linux/amd64'],
        layers: 6,
        layerSize: 12_000_000,
      });
      await pinImage(project, {
        registry: source.host,
        repository: 'up/multus-cni',
        tag: 'large',
        digest: large.digest,
      });
      for (const delay of [600, 900, 1200, 1500]) {
        const child = startScript('mirror', ['--project', project], gitea.env);
        await sleep(delay);
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
        const found = crane('digest', '--insecure', `${copyName()}:large`);
        if (found.status === 0) expect(found.stdout.trim()).toBe(large.digest);
      }
      const { status, output } = runScript('mirror', ['--project', project], gitea.env);
      expect(output).toContain(`every piece of ${large.digest} is there`);
      expect(status).toBe(0);
      expect(crane('validate', '--insecure', '--remote', `${copyName()}:large`).status).toBe(0);
    });
  },
);

function crane(...args: readonly string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  return spawnSync(tool('crane'), [...args], { encoding: 'utf8' });
}
