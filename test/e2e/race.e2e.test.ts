import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRegistry } from '../../scripts/oci/registry.ts';
import { graphOf } from '../../scripts/oci/copy.ts';
import { projectCopy, startScript } from '../helpers/project.ts';
import { startGitea } from '../helpers/gitea.ts';
import { startDistribution, type Server } from '../helpers/servers.ts';
import { describeWith, type Tool } from '../helpers/tools.ts';

const SERVERS: readonly {
  readonly name: string;
  readonly tool: Tool;
  readonly start: () => Promise<Server>;
}[] = [
  { name: 'CNCF Distribution', tool: 'docker-registry', start: startDistribution },
  { name: 'Gitea', tool: 'gitea', start: startGitea },
];

for (const { name, tool, start } of SERVERS) {
  describeWith([tool], `two releases at once to ${name}`, () => {
    let server: Server;
    let projects: readonly string[];
    beforeAll(async () => {
      server = await start();
      projects = await Promise.all([projectCopy(), projectCopy()]);
    });
    afterAll(async () => {
      await server?.stop();
      await Promise.all((projects ?? []).map((project) => rm(project, { recursive: true, force: true })));
    });

    /** Releases from both at once; the exit codes, and the digests that each would publish. */
    async function releaseBoth(owner: string): Promise<readonly (readonly [number, string])[]> {
      return Promise.all(
        projects.map(async (project) => {
          const child = startScript(
            'release',
            ['--project', project, '--registry', `oci://${server.host}/${owner}`],
            server.env,
          );
          let output = '';
          child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
          child.stderr?.resume();
          const [code]: readonly unknown[] = await once(child, 'close');
          return [Number(code), /tag 1\.0\.0 +(sha256:[0-9a-f]{64})/.exec(output)?.[1] ?? ''] as const;
        }),
      );
    }

    it('agree when they are the same', async () => {
      const [a, b] = await releaseBoth(server.owners[0]);
      expect([a?.[0], b?.[0]]).toEqual([0, 0]);
    });

    it('leave one whole release when they differ', async () => {
      const [, second = ''] = projects;
      const changelog = join(second, 'CHANGELOG.md');
      await writeFile(
        changelog,
        (await readFile(changelog, 'utf8')).replace(
          /(## \[1\.0\.0\][^]*?### Added\n\n)/,
          '$1- Another content.\n',
        ),
      );
      const results = await releaseBoth(server.owners[1]);
      // The server has no compare-and-set: docs/adr/0007-two-releases-at-once.md.
      const won = results.filter(([code]) => code === 0).map(([, digest]) => digest);
      expect(won, JSON.stringify(results)).toHaveLength(1);
      const store = await openRegistry(
        { registry: server.host, repository: `${server.owners[1]}/multus` },
        { env: server.env },
      );
      const root = await store.resolve('1.0.0');
      expect(won).toEqual([root?.digest]);
      const graph = root === undefined ? [] : await graphOf(store, root);
      const there = await Promise.all(graph.map((descriptor) => store.exists(descriptor)));
      expect(there).toEqual([true, true, true]);
    });
  });
}
