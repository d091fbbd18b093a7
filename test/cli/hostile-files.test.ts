import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand } from '../helpers/command-line.ts';
import { projectCopy } from '../helpers/project.ts';
import { diskState } from './setup.ts';

let project = '';
beforeEach(async () => {
  project = await projectCopy();
});
afterEach(() => rm(project, { recursive: true }));

/** Replaces a file of the project, or adds something to it. */
async function change(file: string, to: (text: string) => string): Promise<void> {
  const path = join(project, file);
  await writeFile(path, to(await readFile(path, 'utf8').catch(() => '')));
}

const bomb = (text: string): string =>
  `${text}\nx0: &x0 [a, a]\n${Array.from({ length: 30 }, (_, i) => `x${i + 1}: &x${i + 1} [*x${i}, *x${i}]\n`).join('')}`;

const schemaWith =
  (key: string, schema: unknown) =>
  (text: string): string => {
    const whole = JSON.parse(text) as { readonly definitions: object };
    return JSON.stringify({ ...whole, definitions: { ...whole.definitions, [key]: schema } });
  };

describe('one hostile file: refused by its name, nothing lost', () => {
  test.each<readonly [string, string, string, (text: string) => string, RegExp]>([
    [
      'an alias of nothing',
      'build',
      'recipe.yaml',
      (text) => `${text}\nx: *nothing\n`,
      /^error: recipe\.yaml:\d+: the alias \*nothing has no anchor\n {2}PARSE_YAML/,
    ],
    [
      'an alias bomb',
      'build',
      'recipe.yaml',
      bomb,
      /^error: recipe\.yaml:\d+: the aliases expand to megabytes\n {2}PARSE_LIMIT/,
    ],
    [
      'an alias bomb',
      'build',
      'upstream/lock.yaml',
      bomb,
      /^error: upstream\/lock\.yaml:\d+: the aliases .*\n {2}LOCK_INVALID/,
    ],
    [
      'two merges',
      'build',
      'recipe.yaml',
      (text) => `${text}\nx:\n  <<: {}\n  <<: {}\n`,
      /^error: recipe\.yaml:\d+: the key << is there twice\n {2}PARSE_DUPLICATE/,
    ],
    [
      'deep nesting',
      'build',
      'recipe.yaml',
      (text) => `${text}\nx: ${'['.repeat(9999)}`,
      /^error: recipe\.yaml:\d+: more than 256 levels/,
    ],
    [
      'deep nesting',
      'build',
      'values.schema.json',
      () => '['.repeat(99_999),
      /^error: values\.schema\.json:1: more than 256 levels/,
    ],
    [
      'deep nesting',
      'build',
      'templates/objects/own.yaml',
      () => '- '.repeat(9999),
      /^error: templates\/objects\/own\.yaml:1: more than 256 levels/,
    ],
    [
      'references in a circle',
      'build',
      'values.schema.json',
      schemaWith('x', { allOf: [{ $ref: '#/definitions/x' }] }),
      /^error: values\.schema\.json#\/definitions\/x refers to itself: .*\n {2}SCHEMA_INVALID/,
    ],
    [
      'another draft',
      'build',
      'values.schema.json',
      schemaWith('x', { $schema: 'https://example.org/' }),
      /^error: values\.schema\.json#\/definitions\/x has the \$schema "https:\/\/example\.org\/"\n {2}SCHEMA_INVALID/,
    ],
    [
      'values that are none',
      'build',
      'templates/ci/x-values.yaml',
      () => '- a\n',
      /^error: templates\/ci\/x-values\.yaml holds no map of values\n {2}TEMPLATE_INVALID/,
    ],
    [
      'values that are no YAML',
      'build',
      'templates/ci/x-values.yaml',
      () => 'a: [\n',
      /^error: templates\/ci\/x-values\.yaml:\d: .*\n {2}PARSE_YAML/,
    ],
    [
      'an inherited name',
      'build',
      'CHANGELOG.md',
      (text) => text.replace('### Added', '### constructor'),
      /^error: CHANGELOG\.md:\d+: expected one of Added, .*### constructor\n {2}CHANGELOG_INVALID/,
    ],
    [
      'a wrong merge',
      'pin',
      'recipe.yaml',
      (text) => `${text}\nx: { <<: 1 }\n`,
      /^error: recipe\.yaml:\d+: a merge key takes a map/,
    ],
    ['no YAML', 'template', 'chart/Chart.yaml', () => 'a: [\n', /^error: Chart\.yaml:\d: .*\n {2}PARSE_YAML/],
  ])('%s: %s with %s', async (_, command, file, to, message) => {
    await change(file, to);
    const before = await diskState(project);
    const { code, stderr } = await runCommand(command, ['--project', project]);
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
    expect(await diskState(project)).toEqual(before);
  });

  test('values of a site', async () => {
    await change('site.yaml', () => bomb('a: b'));
    const file = join(project, 'site.yaml');
    const args = ['--project', project, '--registry', 'oci://127.0.0.1:1/a', '--values', file];
    const { code, stderr } = await runCommand('argocd', args);
    expect(stderr).toMatch(/site\.yaml:\d+: the aliases expand to megabytes\n {2}PARSE_LIMIT/);
    expect(code).toBe(1);
  });

  test.each([
    'recipe.yaml',
    'values.schema.json',
    'CHANGELOG.md',
    'upstream/lock.yaml',
    'upstream/manifest.yaml',
    'templates/x.hbs',
  ])('a terabyte for %s is not read', async (file) => {
    await change(file, (text) => text);
    await truncate(join(project, file), 2 ** 40);
    const { code, stderr } = await runCommand('build', ['--project', project]);
    expect(stderr).toMatch(
      new RegExp(`^error: \\S*${file} has ${2 ** 40} bytes; the limit is \\d+\\n {2}PARSE_LIMIT`),
    );
    expect(code).toBe(1);
  });
});

test('a schema that comes back to itself below itself is built', async () => {
  const x = { description: 'X.', type: 'object', properties: { x: { $ref: '#/definitions/x' } } };
  await change('values.schema.json', (text) => {
    const whole = JSON.parse(schemaWith('x', x)(text)) as {
      readonly properties: { readonly global: { readonly properties: object } };
    };
    const { global } = whole.properties;
    const properties = { ...global.properties, x: { $ref: '#/definitions/x' } };
    return JSON.stringify({
      ...whole,
      properties: { ...whole.properties, global: { ...global, properties } },
    });
  });
  const { code, stderr } = await runCommand('build', ['--project', project]);
  expect([code, stderr]).toEqual([0, '']);
});
