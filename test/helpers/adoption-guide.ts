import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { JsonObject } from '../../scripts/json/json.ts';
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

/** A row of the guide's table of what is pruned and deleted, in its words: `everything but the CRD`. */
export interface GuideFate {
  readonly values: string;
  readonly pruned: string;
  readonly deleted: string;
}

/** What docs/adoption.md says that a test can read. */
export interface AdoptionGuide {
  readonly rows: readonly GuideRow[];
  /** What Argo CD does to the objects that certain values render. */
  readonly fates: readonly GuideFate[];
  /** The values that adopt without a restart, for the wrapper. */
  readonly withoutRestart: JsonObject;
}

const CHANGES = '| object | field | from → to | why |';
const FATES = '| values | pruned when the source no longer names it | deleted with the Application |';

export function adoptionGuide(): AdoptionGuide {
  const text = readFileSync(join(ROOT, 'docs', 'adoption.md'), 'utf8');
  const [, yaml = ''] = /```yaml\n([^]*?)```/.exec(text) ?? [];
  return {
    rows: tableBelow(CHANGES, text).map(([object = '', fields = '', change = '']) => ({
      object,
      fields: backquoted(fields),
      named: backquoted(change),
    })),
    fates: tableBelow(FATES, text).map(([values = '', pruned = '', deleted = '']) => ({
      values,
      pruned,
      deleted,
    })),
    withoutRestart: parse(yaml) as JsonObject,
  };
}

/** The cells of a table's rows. */
function tableBelow(header: string, text: string): readonly (readonly string[])[] {
  const lines = text.split('\n');
  const start = lines.indexOf(header) + 2;
  const end = lines.findIndex((line, i) => i >= start && !line.startsWith('|'));
  return lines.slice(start, end).map((line) =>
    line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim()),
  );
}

function backquoted(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
}
