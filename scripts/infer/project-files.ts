import type { Inference } from './infer.ts';
import { descriptions } from './descriptions.ts';
import { recipeText } from './recipe-text.ts';

/** Scripts of a project's package.json: commands that work on it. */
const COMMANDS = [
  'fetch',
  'bump',
  'pin',
  'build',
  'template',
  'review',
  'release',
  'mirror',
  'bundle',
  'argocd',
] as const;

const IGNORED = `node_modules/
dist/
*.log
`;

const SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $comment:
    'What a value may be follows from recipe.yaml. Here stands what is more: descriptions, tighter limits, examples.',
};

/**
 * What a person edits of a new project, by path. Snapshot, lock and chart are written by what always
 * writes them.
 *
 * @param created RFC 3339, the lock's
 */
export function projectFiles(inference: Inference, created: string): ReadonlyMap<string, string> {
  const { chart, upstream } = inference;
  const scripts = Object.fromEntries(COMMANDS.map((name) => [name, `chartlift ${name}`]));
  return new Map([
    ['.gitignore', IGNORED],
    ['CHANGELOG.md', changelog(chart.version, created.slice(0, 10), upstream.version)],
    ['package.json', json({ name: `${chart.name}-chart`, private: true, type: 'module', scripts })],
    ['recipe.yaml', recipeText(inference)],
    ['values.schema.json', json({ ...SCHEMA, properties: descriptions(inference.drafts) })],
  ]);
}

function changelog(version: string, day: string, upstream: string): string {
  return `# Changelog

The form is [Keep a Changelog](https://keepachangelog.com/en/1.1.0/); versions are the chart's.

## [Unreleased]

## [${version}] - ${day}

### Added

- The chart, made from upstream's manifest ${upstream}.
`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
