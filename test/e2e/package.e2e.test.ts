import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testEngines } from '../helpers/engines.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import { digestOf } from '../../scripts/oci/digest.ts';
import { projectCopy, runScript } from '../helpers/project.ts';
import { startDistribution, type Server } from '../helpers/servers.ts';
import { describeWith, tool } from '../helpers/tools.ts';

interface Manifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string }[];
  readonly annotations: Readonly<Record<string, string>>;
}

describeWith(
  ['docker-registry', 'skopeo', 'crane', 'oras'],
  'the packed chart and the layout in the hands of others',
  () => {
    let server: Server;
    let project: string;
    let engines: readonly Helm[];
    const layout = (): string => join(project, 'dist', 'oci');
    const archive = (): string => join(project, 'dist', 'multus-1.0.0.tgz');

    beforeAll(async () => {
      [server, project, engines] = await Promise.all([startDistribution(), projectCopy(), testEngines()]);
      expect(runScript('release', ['--project', project]).status).toBe(0);
    });
    afterAll(async () => {
      await server?.stop();
      await rm(project, { recursive: true, force: true });
    });

    it('is pushed by Helm with the very config blob and layer, and a manifest equal but for the time', async () => {
      const ours = JSON.parse(
        spawnSync(tool('skopeo'), ['inspect', '--raw', `oci:${layout()}:1.0.0`], { encoding: 'utf8' }).stdout,
      ) as Manifest;
      for (const helm of engines) {
        const { status } = await helm.exec([
          'push',
          archive(),
          `oci://${server.host}/by-helm-${helm.version}`,
          '--plain-http',
        ]);
        expect(status).toBe(0);
        const answer = await fetch(
          `http://${server.host}/v2/by-helm-${helm.version}/multus/manifests/1.0.0`,
          {
            headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
          },
        );
        const theirs = (await answer.json()) as Manifest;
        expect(theirs.config.digest).toBe(ours.config.digest);
        expect(theirs).toEqual({
          ...ours,
          annotations: {
            ...ours.annotations,
            'org.opencontainers.image.created': theirs.annotations['org.opencontainers.image.created'],
          },
        });
      }
    });

    it('is pulled by every Helm, byte for byte, after skopeo copied the layout to a registry', async () => {
      const copied = spawnSync(
        tool('skopeo'),
        [
          'copy',
          '--preserve-digests',
          '--dest-tls-verify=false',
          `oci:${layout()}:1.0.0`,
          `docker://${server.host}/by-skopeo/multus:1.0.0`,
        ],
        { encoding: 'utf8' },
      );
      expect(copied.stderr).toBe('');
      const digest = digestOf(await readFile(archive()));
      for (const helm of engines) {
        const folder = join(project, `pulled-${helm.version}`);
        await mkdir(folder);
        const pulled = await helm.exec([
          'pull',
          `oci://${server.host}/by-skopeo/multus`,
          '--version',
          '1.0.0',
          '--plain-http',
          '--destination',
          folder,
        ]);
        expect(pulled.status).toBe(0);
        expect(digestOf(await readFile(join(folder, 'multus-1.0.0.tgz')))).toBe(digest);
      }
    });

    it('is pushed by crane out of the layout, digest unchanged', async () => {
      const repository = `${server.host}/by-crane/multus`;
      const pushed = spawnSync(tool('crane'), ['push', '--insecure', layout(), `${repository}:1.0.0`], {
        encoding: 'utf8',
      });
      expect(pushed.status, pushed.stderr).toBe(0);
      const receipt = JSON.parse(
        await readFile(join(project, 'dist', 'multus-1.0.0.receipt.json'), 'utf8'),
      ) as { readonly digest: string };
      expect(pushed.stdout.trim()).toBe(`${repository}@${receipt.digest}`);
      const crane = spawnSync(tool('crane'), ['digest', '--insecure', `${repository}:1.0.0`], {
        encoding: 'utf8',
      });
      expect(crane.stdout.trim()).toBe(receipt.digest);
    });

    it('is read by oras, and by crane from the registry', () => {
      const oras = spawnSync(tool('oras'), ['manifest', 'fetch', '--oci-layout', `${layout()}:1.0.0`], {
        encoding: 'utf8',
      });
      expect(JSON.parse(oras.stdout)).toHaveProperty('layers');
      const pushed = spawnSync(
        tool('oras'),
        [
          'cp',
          '--from-oci-layout',
          `${layout()}:1.0.0`,
          '--to-plain-http',
          `${server.host}/by-oras/multus:1.0.0`,
        ],
        { encoding: 'utf8' },
      );
      expect(pushed.status).toBe(0);
      const crane = spawnSync(
        tool('crane'),
        ['digest', '--insecure', `${server.host}/by-oras/multus:1.0.0`],
        { encoding: 'utf8' },
      );
      expect(crane.stdout.trim()).toMatch(/^sha256:/);
      expect(crane.stdout.trim()).toBe(digestOf(Buffer.from(oras.stdout)));
    });

    it('is shown and rendered from the archive by every Helm', async () => {
      for (const helm of engines) {
        const shown = await helm.exec(['show', 'all', archive()]);
        expect(shown.stdout).toContain('appVersion: 4.2.4');
        expect(shown.stdout).toContain('terminationGracePeriodSeconds: 10');
        expect((await helm.exec(['template', archive()])).stdout).toContain('kube-multus-ds');
      }
    });
  },
);
