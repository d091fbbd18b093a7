import { execFileSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { build } from '../../scripts/built.ts';
import { writeGenerated } from '../../scripts/io/chart-dir.ts';
import { preferredHelm } from '../../scripts/io/helm-engines.ts';
import { releasedChart } from '../../scripts/sides/revision.ts';
import type { BumpPorts } from '../../scripts/renew/plan.ts';
import { builtProject, bumpTo, changeFile } from './project.ts';

test('what is not released yet counts: the version is held against the chart of git’s tag', async () => {
  const project = await builtProject();
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', project, '-c', 'user.name=a', '-c', 'user.email=a@b.test', ...args], {
      encoding: 'utf8',
    });
  await changeFile(join(project, 'recipe.yaml'), [['version: 0.2.0-rc.1', 'version: 1.0.0']]);
  await changeFile(join(project, 'CHANGELOG.md'), [['0.2.0-rc.1', '1.0.0']]);
  const { files } = await build(project);
  await writeGenerated(join(project, 'chart'), files, () => undefined);
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'one');
  git('tag', 'v1.0.0');
  // Another default, that nobody has yet.
  await changeFile(join(project, 'recipe.yaml'), [['memory: 64Mi', 'memory: 32Mi']]);
  const released: BumpPorts['released'] = (built) => releasedChart(built, () => preferredHelm(process.env));
  expect(await bumpTo(project, [], { released })).toMatchObject({
    isOfRelease: true,
    next: {
      version: '2.0.0',
      reasons: [{ text: 'the default of resources is another: it restarts pods' }],
    },
  });
  // It is said in CHANGELOG.md by who changed it.
  expect(await readFile(join(project, 'CHANGELOG.md'), 'utf8')).not.toContain('the default of resources');
  // What its tag has is another version.
  git('tag', 'v2.0.0');
  expect(await releasedChart(await build(project), () => preferredHelm(process.env))).toBeUndefined();
  // Git refuses what another user owns: that is not to have no tag.
  vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1');
  await expect(releasedChart(await build(project), () => preferredHelm(process.env))).rejects.toMatchObject({
    code: 'FILE_SYSTEM',
    message: `git does not read ${project}: it belongs to another user`,
    hint: `If you trust it: git config --global --add safe.directory ${project}`,
  });
  vi.unstubAllEnvs();
  await rm(project, { recursive: true });
});
