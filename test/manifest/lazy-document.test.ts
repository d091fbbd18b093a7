import { expect, test } from 'vitest';
import { isMap, isScalar, visit, type Document } from 'yaml';
import { composeDocument } from '../../scripts/manifest/compose.ts';
import { lazyDocument } from '../../scripts/manifest/lazy-document.ts';
import { quickObject } from '../../scripts/manifest/quick.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { someManifests } from '../helpers/real-manifests.ts';

/** Every node with what is asked of it, in order. */
function nodesOf(doc: Document): readonly unknown[] {
  const nodes: unknown[] = [];
  visit(doc.contents, {
    Node: (key, node) => {
      const own = isScalar(node) ? [node.value, node.source, node.type] : [isMap(node)];
      // Comments behind the last field are behind the map of all fields, or in it: nobody asks.
      nodes.push([key, key === null ? node.range?.[0] : node.range, ...own]);
    },
  });
  return nodes;
}

function expectAlike(text: string): void {
  const place = { file: 'a.yaml', line: 1, text };
  const keys = Object.keys((quickObject(text)?.tree ?? {}) as object);
  expect(nodesOf(lazyDocument(place, keys)), text).toEqual(nodesOf(composeDocument(place)));
}

test.each([
  ['fields', 'a: 1\nb:\n  c: x\n  d: [e]\nf:\n'],
  ['lists that are not indented', 'a:\n- b\n-\n  c: 1\nd: |\n  - x\n\n  #y\ne: 1\n'],
  [
    'comments and blank lines',
    '# a\n\na: 1 # b\n# c\nb:\n  c: x\n  # d\n\n  # e\n# f\n\nd:\n# g\n  e: 1\n# h\n',
  ],
  ['keys in quotes', '"a": 1\nb: 2\n'],
  ['a document that is indented', '  a: 1\n  b:\n    c: 2\n'],
  ['keys that look like numbers', 'b: 1\n"1": 2\n'],
  ['scalars over several lines', 'a: b\n  c\nd: "e\n\n  f"\ng: >-\n  h\n  i\n'],
])('%s give the same nodes', (_, text) => {
  expectAlike(text);
});

test('real documents give the same nodes', () => {
  for (const { name, text } of someManifests())
    for (const resource of parseManifest(text, name).resources)
      if (resource.text.length < 20_000 && quickObject(resource.text) !== undefined)
        expectAlike(resource.text);
}, 120_000);
