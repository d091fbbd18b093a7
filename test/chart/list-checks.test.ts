import { describe, expect, test } from 'vitest';
import { chartOf, refusal } from './small-chart.ts';

const MANIFEST = `apiVersion: v1
kind: Pod
metadata:
  name: a
spec:
  volumes:
    - name: run
      path: /run
    - path: /nameless
  mounts:
    - name: run
      path: /run
  empty: []
`;

function append(path: string, field: string, rest = ''): string {
  return `  - { path: ${path}, place: append, form: yaml${rest}, targets: [{ select: {}, fieldPaths: [${field}] }] }\n`;
}

function checks(entries: string): Readonly<Record<string, readonly string[]>> {
  const { checks: made } = chartOf(MANIFEST, `values:\n${entries}`);
  return Object.fromEntries(made.map(({ name, lines }) => [name, lines]));
}

const VOLUMES = append('volumes', 'spec.volumes', ', unique: name');

describe('what is appended to a list is checked', () => {
  test('against the keys of upstream', () => {
    expect(checks(VOLUMES)).toEqual({
      'c.checkVolumes': [
        '{{- with .Values.volumes -}}',
        '{{- include "c.unique" (dict "at" "volumes" "of" . "keys" (list "name") "taken" (list "run")) -}}',
        '{{- end -}}',
      ],
    });
  });

  test('against a lifted key by its value, which is checked itself, too', () => {
    const lifted =
      "  - { path: own, form: value, targets: [{ select: {}, fieldPaths: ['spec.volumes.0.name'] }] }\n";
    expect(checks(VOLUMES + lifted)['c.checkVolumes']).toEqual([
      '{{- include "c.unique" (dict "at" "own" "of" (list (dict "name" $.Values.own)) "keys" (list "name")) -}}',
      '{{- with .Values.volumes -}}',
      '{{- include "c.unique" (dict "at" "volumes" "of" . "keys" (list "name") "taken" (list $.Values.own)) -}}',
      '{{- end -}}',
    ]);
  });

  test('against the names of the list that it refers to', () => {
    const mounts = append('mounts', 'spec.mounts', ', refers: { key: name, to: volumes }');
    expect(checks(VOLUMES + mounts)['c.checkMounts']).toEqual([
      '{{- with .Values.mounts -}}',
      '{{- include "c.known" (dict "at" "mounts" "of" . "key" "name" "to" "volumes" "theirs" "name" "added" $.Values.volumes "names" (list "run")) -}}',
      '{{- end -}}',
    ]);
  });

  test('in the lists inside its elements, too', () => {
    const inner = '{ list: env, unique: key }, { list: mounts, refers: { key: name, to: volumes } }';
    const items = append('items', 'spec.mounts', `, inner: [${inner}]`);
    expect(checks(VOLUMES + items)['c.checkItems']).toEqual([
      '{{- with .Values.items -}}',
      '{{- range . -}}',
      '{{- with .env -}}',
      '{{- include "c.unique" (dict "at" "items.env" "of" . "keys" (list "key")) -}}',
      '{{- end -}}',
      '{{- with .mounts -}}',
      '{{- include "c.known" (dict "at" "items.mounts" "of" . "key" "name" "to" "volumes" "theirs" "name" "added" $.Values.volumes "names" (list "run")) -}}',
      '{{- end -}}',
      '{{- end -}}',
      '{{- end -}}',
    ]);
  });

  test('not at all where the recipe says nothing of its keys', () => {
    expect(checks(append('volumes', 'spec.volumes'))).toEqual({});
  });

  test('for each list, when one entry adds to several', () => {
    const both = append('volumes', 'spec.volumes, spec.mounts', ', unique: name');
    expect(Object.keys(checks(both))).toEqual(['c.checkVolumes', 'c.checkVolumes2']);
  });
});

describe('refused', () => {
  test.each([
    ['a reference to nothing', append('mounts', 'spec.mounts', ', refers: { key: name, to: volums }')],
    [
      'a reference to a list without a unique key',
      append('mounts', 'spec.mounts', ', refers: { key: name, to: volums }') +
        append('volums', 'spec.volumes'),
    ],
  ])('%s', (_, entries) => {
    expect(refusal(() => checks(entries))).toBe(
      'RECIPE_INVALID Entry mounts (recipe.yaml:4) refers to volums, which is no append entry with a unique key on the same resource',
    );
  });
});
