import { readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand, type CommandResult } from '../helpers/command-line.ts';
import { projectCopy } from '../helpers/project.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';
import { diskState } from './setup.ts';

const { lock } = await thisProject();

let project = '';
const copies: string[] = [];

beforeAll(async () => {
  project = await copyOfProject();
});
afterAll(() => Promise.all(copies.map((path) => rm(path, { recursive: true }))));

async function copyOfProject(): Promise<string> {
  const path = await projectCopy();
  copies.push(path);
  return path;
}

function release(at: string, ...args: readonly string[]): Promise<CommandResult> {
  return runCommand('release', ['--project', at, ...args]);
}

interface Receipt {
  readonly digest: string;
  readonly target: string;
  readonly tag: string;
}

/** Published without any configuration: to dist/oci. Each test goes on where the one before ended. */
describe('npm run release', () => {
  let digest = '';

  test('--dry-run prints the plan and leaves the disk as it is, a stale chart/ too', async () => {
    await writeFile(join(project, 'chart', 'values.yaml'), 'stale: true\n');
    const before = await diskState(project);
    const { code, stdout, stderr } = await release(project, '--dry-run');
    expect(stdout).toContain(' 1 files would change\n');
    expect(stdout).toMatch(/^planned {5}dist\/oci:1\.0\.0\n {2}upload {2}config .*\n {2}upload {2}chart /m);
    expect([code, stderr]).toEqual([0, '']);
    expect(await diskState(project)).toEqual(before);
  });

  test('writes the chart, the archive, the layout and the receipt, and names the digest', async () => {
    const { code, stdout, stderr } = await release(project);
    const edited = join(project, 'chart', 'values.yaml');
    expect([code, stderr]).toEqual([
      0,
      `warning: ${edited} was edited; it is generated, so it is replaced\n`,
    ]);
    expect(stdout).toBe(stripVTControlCharacters(stdout));
    for (const step of ['built', 'proved', 'checked', 'linted', 'planned', 'packed', 'published', 'verified'])
      expect(stdout).toMatch(new RegExp(`^${step.padEnd(11)} \\S`, 'm'));
    const receipt = JSON.parse(
      await readFile(join(project, 'dist/multus-1.0.0.receipt.json'), 'utf8'),
    ) as Receipt;
    expect(receipt).toMatchObject({ target: 'dist/oci', tag: '1.0.0' });
    digest = receipt.digest;
    expect(stdout).toContain(`multus 1.0.0  ${digest}\n`);
    expect(stdout).toContain(
      `the vendored snapshot is upstream v4.2.2 as the lock has it (${lock.documents})`,
    );
    const golden = await readFile(join(ROOT, 'test', 'golden', 'review', 'upstream.txt'), 'utf8');
    expect(stdout).toContain(`\n\n${golden}\nmultus 1.0.0  ${digest}\n`);
    expect(stdout.slice(stdout.indexOf('\nNext:\n')).replaceAll(/ {2,}/g, '  ')).toBe(
      [
        '',
        'Next:',
        `  npm run template -- --project ${project}  review what it renders`,
        `  npm run review -- --project ${project}  how it departs from upstream, and why`,
        `  npm run release -- --project ${project} --registry oci://HOST/OWNER  publish it to a registry`,
        '',
      ].join('\n'),
    );
    const written = [...(await diskState(join(project, 'dist'))).keys()];
    expect(written.filter((path) => !path.startsWith('oci/blobs/'))).toEqual([
      'multus-1.0.0.receipt.json',
      'multus-1.0.0.tgz',
      'oci/index.json',
      'oci/oci-layout',
    ]);
    expect(written.filter((path) => path.startsWith('oci/blobs/sha256/'))).toHaveLength(3);
  });

  test('run again, it is published already, with the same digest, and no byte of it is written anew', async () => {
    const layout = join(project, 'dist', 'oci');
    const before = await diskState(layout);
    const { code, stdout } = await release(project, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ digest, tag: '1.0.0' });
    expect(await diskState(layout)).toEqual(before);
  });

  test('which it says', async () => {
    const { code, stdout } = await release(project);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^unchanged {3}dist\/oci:1\.0\.0 is already published with this digest$/m),
    ]);
    expect(stdout).toContain(`multus 1.0.0  ${digest}\n`);
  });

  test('elsewhere it is the same digest: another folder, time zone, locale, file times', async () => {
    const other = await copyOfProject();
    const file = join(other, 'templates', 'NOTES.txt.hbs');
    await utimes(file, new Date(0), new Date(0));
    const env = { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' };
    const { stdout } = await runCommand('release', ['--project', other, '--json'], env);
    expect(JSON.parse(stdout)).toMatchObject({ digest });
    const archive = 'dist/multus-1.0.0.tgz';
    expect(await readFile(join(other, archive))).toEqual(await readFile(join(project, archive)));
  });

  test('the same version with another content is refused with both digests and the files', async () => {
    const changelog = join(project, 'CHANGELOG.md');
    const text = await readFile(changelog, 'utf8');
    const released = /(## \[1\.0\.0\][^]*?### Added\n\n)/;
    await writeFile(changelog, text.replace(released, '$1- What nobody has seen.\n'));
    const before = await diskState(join(project, 'dist'));
    const { code, stdout, stderr } = await release(project, '--json');
    const [, other = ''] = /^ {2}this one {3}(sha256:[0-9a-f]{64})$/m.exec(stderr) ?? [];
    expect(other).not.toBe(digest);
    expect(stderr.split('\n').slice(0, 4)).toEqual([
      'error: dist/oci:1.0.0 is published with another content',
      `  published  ${digest}`,
      `  this one   ${other}`,
      '  changed  Chart.yaml',
    ]);
    expect(stderr).toMatch(
      /\n {2}PUBLISH_CONFLICT \(publish\): Raise .* --again begins the version anew\.\n/,
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(await diskState(join(project, 'dist'))).toEqual(before);
  });

  test('--again begins it anew in the layout, and nowhere else', async () => {
    const registry = await release(project, '--again', '--registry', 'oci://127.0.0.1:1/a');
    expect([registry.code, registry.stderr]).toEqual([
      2,
      expect.stringContaining('--again does not go with the registry oci://127.0.0.1:1/a'),
    ]);
    const { code, stdout, stderr } = await release(project, '--again', '--json');
    expect([code, stderr]).toEqual([0, '']);
    const again = JSON.parse(stdout) as Receipt;
    expect(again.digest).not.toBe(digest);
    const index = await readFile(join(project, 'dist', 'oci', 'index.json'), 'utf8');
    expect(index).toContain(again.digest);
    expect(index).not.toContain(digest);
    expect((await release(project, '--json')).code).toBe(0);
  });
});
