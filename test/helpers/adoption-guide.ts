import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { JsonObject } from '../../scripts/parse/manifest.ts';
import { ROOT } from './this-project.ts';

/** A row of the guide's table of changes. */
interface GuideRow {
  /** A kind, or `every object`. */
  readonly object: string;
  /** Paths of fields. */
  readonly fields: readonly string[];
  /** What is in backquotes of "from → to", for example keys of annotations. */
  readonly named: readonly string[];
}

/** What docs/adoption.md says that a test can read. */
export interface AdoptionGuide {
  readonly rows: readonly GuideRow[];
  /** The values that adopt without a restart, for the wrapper. */
  readonly withoutRestart: JsonObject;
}

const HEADER = '| object | field | from → to | why |';

export function adoptionGuide(): AdoptionGuide {
  const lines = readFileSync(join(ROOT, 'docs', 'adoption.md'), 'utf8').split('\n');
  const start = lines.indexOf(HEADER) + 2;
  const end = lines.findIndex((line, i) => i >= start && !line.startsWith('|'));
  const [, yaml = ''] = /```yaml\n([^]*?)```/.exec(lines.join('\n')) ?? [];
  return { rows: lines.slice(start, end).map(rowOf), withoutRestart: parse(yaml) as JsonObject };
}

function rowOf(line: string): GuideRow {
  const [, object = '', fields = '', change = ''] = line.split('|').map((cell) => cell.trim());
  return { object, fields: backquoted(fields), named: backquoted(change) };
}

function backquoted(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
}
