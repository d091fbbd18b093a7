import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runNode } from '../helpers/command-line.ts';
import { commandLine } from '../helpers/this-project.ts';
import { commandNames } from './setup.ts';

/** Its --help is Helm's, which needs the chart's name. */
const HELMS_OWN = 'template';

/** What V8 says of coverage: every script that the process has loaded. */
interface Coverage {
  readonly result: readonly { readonly url: string }[];
}

/** The modules that a command loads, by URL. */
async function modulesOf(name: string, args: readonly string[]): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'loaded-'));
  try {
    await runNode(commandLine(name, args), { NODE_V8_COVERAGE: folder });
    const files = (await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8'));
    return (await Promise.all(files)).flatMap((text) =>
      (JSON.parse(text) as Coverage).result.map(({ url }) => url),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The packages that modules are of. */
function packagesOf(urls: readonly string[]): readonly string[] {
  const names = urls.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  return [...new Set(names)];
}

const names = commandNames().filter((name) => name !== HELMS_OWN);

// yaml, ajv and handlebars take longer to load than all the rest of --help or of a wrong flag.
test.each(names)('npm run %s -- --help loads no package but the compiler', async (name) => {
  const modules = await modulesOf(name, ['--help']);
  expect(modules.some((url) => url.endsWith(`/${name}.js`))).toBe(true);
  expect(packagesOf(modules)).toEqual(['esbuild']);
});

test('a command that works is seen to load packages', async () => {
  const modules = await modulesOf('review', []);
  expect(packagesOf(modules)).toEqual(expect.arrayContaining(['yaml', 'ajv', 'handlebars']));
});
