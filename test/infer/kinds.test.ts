import { expect, test } from 'vitest';
import { infer } from '../../scripts/infer/infer.ts';
import { recipeText } from '../../scripts/infer/recipe-text.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';

const DEFINITION = `---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: servers.op.test }
spec:
  group: op.test
  names: { kind: Server, plural: servers }
  scope: Namespaced
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]
`;

function object(apiVersion: string, kind: string): string {
  return `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: a }\n`;
}

test.each([
  ['a definition alone is a template', DEFINITION, [], undefined],
  ['one of which there is an object is a file', DEFINITION + object('op.test/v1', 'Server'), [], 'folder'],
  [
    'another version or kind is of somebody else',
    DEFINITION + object('op.test/v2', 'Server') + object('op.test/v1', 'Other'),
    ['op.test/v1 Other', 'op.test/v2 Server'],
    undefined,
  ],
  [
    'a version that Kubernetes serves no more is asked for',
    object('policy/v1beta1', 'PodSecurityPolicy') + object('v1', 'ConfigMap'),
    ['policy/v1beta1 PodSecurityPolicy'],
    undefined,
  ],
])('%s', (_, text, needed, crds) => {
  const inference = infer(parseManifest(text, 'm.yaml'), {
    fallback: 'chart',
    source: { url: 'https://upstream.test/m.yaml' },
  });
  expect(inference.kinds.needed).toEqual(needed);
  expect(inference.crds).toBe(crds);
  expect(recipeText(inference).includes('Helm looks all kinds up')).toBe(crds === 'folder');
});
