import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateWorkflow } from '@action-validator/core';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { npmScripts, ROOT } from '../helpers/this-project.ts';

const FORGES = ['.gitea', '.github'] as const;
const NAMES = ['check.yaml', 'outdated.yaml', 'release.yaml'];

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}

function textOf(forge: string, name: string): string {
  return readFileSync(join(ROOT, forge, 'workflows', name), 'utf8');
}

/** What its steps run, by job. */
function commandsOf(text: string): readonly string[] {
  return Object.values((parse(text) as Workflow).jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run }) => run ?? []),
  );
}

describe.each(FORGES)('the workflows of %s', (forge) => {
  test('are these', () => {
    expect(readdirSync(join(ROOT, forge, 'workflows')).toSorted()).toEqual(NAMES);
  });

  test.each(NAMES)('%s is valid by the schema of workflows', (name) => {
    expect(validateWorkflow(textOf(forge, name)).errors).toEqual([]);
    // The schema is one: what is misspelt is found.
    expect(validateWorkflow(textOf(forge, name).replace('runs-on', 'run-on')).errors).not.toEqual([]);
  });

  test.each(NAMES)('%s calls npm scripts that there are', (name) => {
    const called = commandsOf(textOf(forge, name)).flatMap((line) =>
      [...line.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, script = '']) => script),
    );
    expect(called.filter((script) => !(script in npmScripts()))).toEqual([]);
    expect(commandsOf(textOf(forge, name)).length).toBeGreaterThan(1);
  });
});

test.each(['check.yaml', 'outdated.yaml'])('%s does the same on both', (name) => {
  const [gitea = [], github = []] = FORGES.map((forge) => commandsOf(textOf(forge, name)));
  expect(gitea).toEqual(github);
});
