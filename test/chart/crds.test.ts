import { expect, test } from 'vitest';
import { packArchive } from '../../scripts/package/archive.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { canonicalText } from '../../scripts/manifest/canonical.ts';
import { generate } from '../../scripts/built.ts';
import { check, lintAndProve } from '../../scripts/validate.ts';
import { withArchive } from '../../scripts/verify/load-archive.ts';
import { releaseSize } from '../../scripts/verify/release-size.ts';
import { builtins } from '../helpers/builtins.ts';
import { testEngines } from '../helpers/engines.ts';
import { chartOf, lockOf, recipeOf, refusal } from './small-chart.ts';

/** A definition with text that Helm would fill in, and that does not compress to nothing. */
const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.test.io
spec:
  group: test.io
  scope: Cluster
  names: { kind: Thing, plural: things }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          description: 'Text with {{ .Values.x }}. ${Array.from({ length: 4000 }, (_, i) => (i * 7919).toString(36)).join(' ')}'
`;
const CONFIG = `apiVersion: v1
kind: ConfigMap
metadata:
  name: x
data:
  a: b
`;
const MANIFEST = canonicalText(parseManifest(`${CRD}---\n${CONFIG}`, 'm.yaml'));
const ENTRY = 'values: [{ path: a, select: { kind: ConfigMap }, fieldPaths: [data.a] }]\n';

async function built(head: string) {
  const files = new Map([
    ['values.schema.json', '{"properties": {"a": {"description": "A text."}}}'],
    ['CHANGELOG.md', '# Changelog\n\n## [1.0.0] - 2026-01-01\n\n### Added\n\n- All.\n'],
  ]);
  const project = { root: '', recipe: recipeOf(head + ENTRY), files, builtins };
  return generate(project, parseManifest(MANIFEST, 'm.yaml'), lockOf());
}

/** What is proved of the packed chart, and the size of its release. */
async function proved(head: string) {
  const one = await built(head);
  expect(check(one)).toEqual([]);
  const engines = await testEngines();
  const archive = await packArchive('c', one.files, '2026-01-01T00:00:00Z');
  return withArchive({ name: 'c', version: '1.0.0' }, archive, async (file) => {
    const proof = await lintAndProve(one, file, engines);
    const newer = engines.filter(({ major }) => major > 3);
    const release = { name: 'c', namespace: 'default' };
    const sizes = await Promise.all(
      newer.map(async (helm) => releaseSize(await helm.install(file, release))),
    );
    return { files: one.files, proof, size: Math.max(...sizes) };
  });
}

test('definitions in crds/ are as upstream has them, proved of the archive, and kept once', async () => {
  const [inFolder, inTemplates] = [await proved('crds: folder\n'), await proved('')];
  expect(inFolder.proof).toEqual({ renders: 6, findings: [] });
  expect(inTemplates.proof).toEqual({ renders: 6, findings: [] });
  expect(inFolder.files.get('crds/things-crd.yaml')).toBe(
    parseManifest(MANIFEST, 'm.yaml').resources[0]?.text,
  );
  expect(
    [...inFolder.files.keys()].filter((path) => path.startsWith('templates/') && path.includes('crd')),
  ).toEqual([]);
  expect(inFolder.files.get('README.md')).toContain('Helm installs the files of `crds/` before all else');
  expect(inTemplates.files.get('README.md')).not.toContain('crds/');
  expect(inFolder.size).toBeLessThan(0.8 * inTemplates.size);
});

test('a definition that is lost is found', async () => {
  const one = await built('crds: folder\n');
  const without = new Map([...one.files].filter(([path]) => !path.startsWith('crds/')));
  const archive = await packArchive('c', without, '2026-01-01T00:00:00Z');
  const { findings } = await withArchive({ name: 'c', version: '1.0.0' }, archive, async (file) =>
    lintAndProve(one, file, (await testEngines()).slice(0, 1)),
  );
  expect(findings.map(({ rule }) => rule)).toContain('proof/upstream');
});

test('an entry that means one of them is refused, with the way out', () => {
  const labels =
    'values: [{ path: labels, place: merge, form: labels, default: true, reason: x, select: {}, fieldPaths: [metadata.labels], create: true }]\n';
  expect(refusal(() => chartOf(MANIFEST, `crds: folder\n${labels}`))).toBe(
    'RECIPE_CLAIM Entry labels (recipe.yaml:4) selects CustomResourceDefinition/things.test.io (m.yaml:2), which `crds: folder` puts into crds/, where Helm fills in no value',
  );
  const left = labels.replace('select: {}', 'select: {}, reject: [{ kind: CustomResourceDefinition }]');
  expect(chartOf(MANIFEST, `crds: folder\n${left}`).templates).toHaveLength(1);
});
