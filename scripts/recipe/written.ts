import { parseYaml } from '../manifest/yaml.ts';
import type { YamlPath } from './edit.ts';
import { selection, type Names, type WrittenEntry, type WrittenTarget } from './expand.ts';
import type { RecipeFile } from './load.ts';
import type { Select } from './entry.ts';

/** A text of recipe.yaml that says what of the manifest is meant. */
export interface Word {
  /** A member of a select; a field path; what `for` puts into a field path. */
  readonly kind: 'kind' | 'name' | 'namespace' | 'path' | 'item';
  /** Where it stands in the file. */
  readonly at: YamlPath;
  readonly text: string;
  /** The resources that it is about. */
  readonly select: Select;
  /** Of a field path: the path in front of it, and the whole, `$item` filled in; '' of a select. */
  readonly prefix: string;
  readonly whole: string;
}

/** An entry of recipe.yaml as it is written, and where. */
export interface WrittenAt {
  readonly at: YamlPath;
  readonly entry: WrittenEntry;
}

/** recipe.yaml as a person wrote it. */
export interface WrittenRecipe {
  readonly names: Names;
  readonly entries: readonly WrittenAt[];
  /** `file:line` of what stands at a path. */
  readonly placeOf: (path: YamlPath) => string;
}

/**
 * Reads recipe.yaml as it is written. It must be one that parseRecipe takes.
 *
 * @throws what parseYaml throws
 */
export function readWritten(text: string, file: string): WrittenRecipe {
  const { data, placeOf } = parseYaml(text, file);
  // parseRecipe has checked it.
  const { names = {}, values, additions = [] } = data as unknown as RecipeFile;
  const listed = (list: string, entries: readonly WrittenEntry[]): readonly WrittenAt[] =>
    entries.map((entry, i) => ({ at: [list, i], entry }));
  return { names, placeOf, entries: [...listed('values', values), ...listed('additions', additions)] };
}

/** Every text that says what of the manifest is meant. */
export function wordsOf({ names, entries }: WrittenRecipe): readonly Word[] {
  const means = (select: Select | string) => selection(select, names, '', []);
  const ofNames = Object.entries(names).flatMap(([name, own]): readonly Word[] => {
    const { at: _, ...select } = means(name);
    const prefix = own.of === undefined ? '' : (means(own.of).at ?? '');
    const at: YamlPath = ['names', name];
    return [
      ...members(own, at),
      ...(own.at === undefined ? [] : [pathWord(own.at, [...at, 'at'], select, prefix)]),
    ];
  });
  const ofTarget = (target: WrittenTarget, at: YamlPath): readonly Word[] => {
    const { at: prefix = '', ...select } = means(target.select);
    const own = typeof target.select === 'string' ? [] : members(target.select, [...at, 'select']);
    const rejects = (target.reject ?? []).flatMap((one, i) =>
      typeof one === 'string' ? [] : members(one, [...at, 'reject', i]),
    );
    const paths = (target.fieldPaths ?? []).map((text, i) =>
      pathWord(text, [...at, 'fieldPaths', i], select, prefix),
    );
    return [...own, ...rejects, ...paths];
  };
  const ofEntries = entries.flatMap(({ at, entry }): readonly Word[] => {
    const { select, reject, fieldPaths } = entry;
    const only = { select: select ?? {}, ...(reject && { reject }), ...(fieldPaths && { fieldPaths }) };
    const words =
      entry.targets?.flatMap((target, i) => ofTarget(target, [...at, 'targets', i])) ?? ofTarget(only, at);
    const items = Object.entries(entry.for ?? {}).flatMap(([key, item]) =>
      words
        .filter(({ text }) => text.includes('$item'))
        .map((word): Word => ({
          ...word,
          kind: 'item',
          at: [...at, 'for', key],
          text: item,
          whole: word.whole.replaceAll('$item', item),
        })),
    );
    return [...words, ...items];
  });
  return [...ofNames, ...ofEntries];
}

function pathWord(text: string, at: YamlPath, select: Select, prefix: string): Word {
  return { kind: 'path', at, text, select, prefix, whole: prefix === '' ? text : `${prefix}.${text}` };
}

function members(select: Select, at: YamlPath): readonly Word[] {
  return (['kind', 'name', 'namespace'] as const).flatMap((kind): readonly Word[] => {
    const text = select[kind];
    return text === undefined ? [] : [{ kind, at: [...at, kind], text, select, prefix: '', whole: '' }];
  });
}
