import { spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectCopy, runScript, type Ran } from '../helpers/project.ts';
import { startGitea } from '../helpers/gitea.ts';
import { startDistribution, type Server } from '../helpers/servers.ts';
import { describeWith, tool, type Tool } from '../helpers/tools.ts';

const SERVERS: readonly {
  readonly name: string;
  readonly tools: readonly Tool[];
  readonly start: () => Promise<Server>;
}[] = [
  { name: 'CNCF Distribution', tools: ['docker-registry', 'skopeo', 'crane'], start: startDistribution },
  { name: 'Gitea', tools: ['gitea', 'skopeo', 'crane'], start: startGitea },
];

for (const { name, tools, start } of SERVERS) {
  describeWith(tools, `release to ${name}`, () => {
    let server: Server;
    let project: string;
    const release = (...args: readonly string[]): Ran =>
      runScript(
        'release',
        ['--project', project, '--registry', `oci://${server.host}/${server.owners[0]}`, ...args],
        server.env,
      );

    beforeAll(async () => {
      server = await start();
      project = await projectCopy();
    });
    afterAll(async () => {
      await server?.stop();
      await rm(project, { recursive: true, force: true });
    });

    it('plans with --dry-run and writes nothing', () => {
      const { status, output } = release('--dry-run');
      expect(output).toMatch(/upload +chart/);
      expect(status).toBe(0);
      expect(release('--dry-run').output).toMatch(/upload +chart/);
    });

    it('publishes, reads back and pulls with Helm 3 and Helm 4', async () => {
      const { status, output } = release();
      expect(output).toContain('read back by tag, equal');
      expect(output).toMatch(/pulled +by Helm 3\.\S+ and Helm 4\.\S+, the same archive/);
      expect(status).toBe(0);
      const receipt = JSON.parse(
        await readFile(join(project, 'dist', 'multus-1.0.0.receipt.json'), 'utf8'),
      ) as { digest: string };
      const reference = `${server.host}/${server.owners[0]}/multus:1.0.0`;
      expect(inspectBySkopeo(reference, server)).toBe(receipt.digest);
      expect(digestByCrane(reference, server)).toBe(receipt.digest);
    });

    it('says that it is published already when run again', () => {
      const { status, output } = release();
      expect(output).toContain('is already published with this digest');
      expect(status).toBe(0);
    });

    it('refuses the same version with another content and names both digests and the files', async () => {
      const changelog = join(project, 'CHANGELOG.md');
      const before = await readFile(changelog, 'utf8');
      await writeFile(
        changelog,
        before.replace(/(## \[1\.0\.0\][^]*?### Added\n\n)/, '$1- Something that nobody has seen.\n'),
      );
      const { status, output } = release();
      expect(output).toMatch(/published {2}sha256:[0-9a-f]{64}/);
      expect(output).toMatch(/this one {3}sha256:[0-9a-f]{64}/);
      expect(output).toContain('changed  Chart.yaml');
      expect(output).toContain('PUBLISH_CONFLICT');
      expect(status).toBe(1);
      await writeFile(changelog, before);
      expect(release().output).toContain('is already published with this digest');
    });

    it('prints no secret', () => {
      const secret = server.env['GITEA_TOKEN'] ?? 'not-a-secret-of-this-server';
      const good = release().output;
      const bad = runScript(
        'release',
        ['--project', project, '--registry', `oci://${server.host}/nobody-has-this-name`],
        server.env,
      ).output;
      for (const text of [good, bad]) expect(text).not.toContain(secret);
    });
  });
}

describeWith(['gitea'], 'a Gitea that refuses', () => {
  let server: Server;
  let project: string;
  beforeAll(async () => {
    server = await startGitea();
    project = await projectCopy();
  });
  afterAll(async () => {
    await server?.stop();
    await rm(project, { recursive: true, force: true });
  });

  it('names the owner that does not exist', () => {
    const { status, output } = runScript(
      'release',
      ['--project', project, '--registry', `oci://${server.host}/nobody`],
      server.env,
    );
    expect(output).toMatch(/owner "nobody" does not exist/);
    expect(status).toBe(3);
  });

  it('says that the credentials are refused, and exits 3', () => {
    const { status, output } = runScript(
      'release',
      ['--project', project, '--registry', `oci://${server.host}/${server.owners[0]}`],
      { GITEA_TOKEN: 'wrong-token-0123456789' },
    );
    expect(output).toContain('GITEA_TOKEN');
    expect(output).not.toContain('wrong-token-0123456789');
    expect(status).toBe(3);
  });
});

function inspectBySkopeo(reference: string, server: Server): string {
  const token = server.env['GITEA_TOKEN'];
  const login = token === undefined ? [] : ['--creds', `${server.user}:${token}`];
  const { stdout, stderr } = spawnSync(tool('skopeo'), [
    'inspect',
    '--raw',
    '--tls-verify=false',
    ...login,
    `docker://${reference}`,
  ]);
  expect(stderr.toString()).toBe('');
  return `sha256:${spawnSync('sha256sum', { input: stdout }).stdout.toString().slice(0, 64)}`;
}

function digestByCrane(reference: string, server: Server): string {
  const token = server.env['GITEA_TOKEN'];
  const login = spawnSync(
    tool('crane'),
    ['auth', 'login', server.host, '-u', server.user, '-p', token ?? 'x'],
    { encoding: 'utf8' },
  );
  expect(login.status).toBe(0);
  const { stdout } = spawnSync(tool('crane'), ['digest', '--insecure', reference], { encoding: 'utf8' });
  spawnSync(tool('crane'), ['auth', 'logout', server.host]);
  return stdout.trim();
}
