import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { giteaApi } from '../helpers/gitea-api.ts';
import { startGitea } from '../helpers/gitea.ts';
import { projectCopy, ROOT, runScript } from '../helpers/project.ts';
import type { Server } from '../helpers/servers.ts';
import { describeWith } from '../helpers/tools.ts';

const FILE = 'deployments/agent.yml';

describeWith(['gitea'], 'a real Gitea as the forge', () => {
  let gitea: Server;
  let folder = '';
  let project = '';

  beforeAll(async () => {
    [gitea, project, folder] = await Promise.all([
      startGitea(),
      projectCopy(),
      mkdtemp(join(tmpdir(), 'forge-')),
    ]);
    await pushUpstream();
    const recipe = join(project, 'recipe.yaml');
    const url = `http://${gitea.host}/${gitea.user}/upstream/raw/tag/{version}/${FILE}`;
    await writeFile(
      recipe,
      (await readFile(recipe, 'utf8')).replace(/^ {2}url: https:.*$/m, `  url: ${url}`),
    );
  });
  afterAll(async () => {
    await gitea?.stop();
    await Promise.all([folder, project].map((path) => rm(path, { recursive: true, force: true })));
  });

  /** Upstream's repository: its file, and a tag of each kind. */
  async function pushUpstream(): Promise<void> {
    const { GITEA_TOKEN: token = '' } = gitea.env;
    await giteaApi(new URL(`http://${gitea.host}`), token).makeRepository('upstream');
    await mkdir(join(folder, 'deployments'));
    await cp(join(ROOT, 'upstream/manifest.yaml'), join(folder, FILE));
    const git = (...args: readonly string[]): string =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b.test', ...args], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
    git('init', '-q', '-b', 'main');
    git('add', '.');
    git('commit', '-qm', 'The file');
    for (const tag of ['v4.2.2', 'v4.2.3', 'v4.3.0-rc.1', 'nightly']) git('tag', tag);
    git('tag', '-a', 'v4.2.10', '-m', 'Annotated');
    git(
      'push',
      '-q',
      '--tags',
      `http://${gitea.user}:${token}@${gitea.host}/${gitea.user}/upstream.git`,
      'main',
    );
  }

  it('lists upstream’s versions by its tags, the newest first', () => {
    const { status, output } = runScript('bump', ['--project', project, '--list']);
    expect(output.trim().split('\n')).toEqual([
      'v4.3.0-rc.1',
      'v4.2.10  newer',
      'v4.2.3  newer',
      "v4.2.2  this project's",
    ]);
    expect(status).toBe(0);
  });

  it('says that upstream is newer, and how to get there', () => {
    const { status, output } = runScript('outdated', ['--project', project]);
    expect(output).toContain('upstream v4.2.2: there is v4.2.10, v4.2.3 (npm run bump -- v4.2.10)');
    expect(status).toBe(1);
  });

  it('gives the file of that version', () => {
    const { status, output } = runScript('bump', ['--project', project, 'v4.2.10', '--offline']);
    expect(output).toContain(`raw/tag/v4.2.10/${FILE}`);
    expect(output).toContain('written');
    expect(status).toBe(0);
    expect(runScript('build', ['--project', project, '--check']).status).toBe(0);
  });

  it('shows the review of a pull request as it is meant', async () => {
    const live = join(ROOT, 'test', 'fixtures', 'review', 'live.yaml');
    const { output } = runScript('review', ['--markdown', '--against', live]);
    const html = await giteaApi(new URL(`http://${gitea.host}`), gitea.env['GITEA_TOKEN'] ?? '').markdown(
      output,
    );
    const count = (tag: RegExp): number => [...html.matchAll(tag)].length;
    expect(count(/<table>/g)).toBe(2);
    expect(html).toMatch(/<th><strong>\d+ changes? that nothing in the recipe explains<\/strong><\/th>/);
    expect(count(/<details>\s*<summary>\d+ declared differences, line by line<\/summary>/g)).toBe(1);
    // Added and removed lines have their colours.
    expect(html).toMatch(/<pre[^>]*><code[^>]*language-diff[\s\S]*<span class="gi">\+/);
    // What upstream or a cluster wrote is no markup, no mention and no reference.
    expect(html).not.toMatch(/<a [^>]*class="(?:mention|ref-issue)/);
  });
});
