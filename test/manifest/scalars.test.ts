import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../scripts/manifest/parse.ts';

/**
 * What `{{ fromYaml "v: …" | toJson }}` of Helm 3.17.3 answers, one line each:
 * the scalar, a tab, the JSON. Helm and kubectl share sigs.k8s.io/yaml.
 */
const ANSWERS = readFileSync(new URL('../fixtures/parse/helm-3.17.3-fromYaml.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t'))
  .map(([scalar = '', json = '']) => ({
    scalar,
    answer: JSON.parse(json) as { v?: unknown; Error?: string },
  }));

/** Tags that Kubernetes reads or ignores in its own way; here they are refused. */
const REFUSED_TAGS = ['!foo', '!!binary', '!!timestamp', '!!set', '!!omap'];

function read(scalar: string): unknown {
  const text = `apiVersion: v1\nkind: Test\nmetadata:\n  name: a\nv: ${scalar}\n`;
  return parseManifest(text, 'test.yaml').resources[0]?.object['v'];
}

describe('plain scalars are read as Helm reads them', () => {
  const refused = (scalar: string): boolean => REFUSED_TAGS.some((tag) => scalar.startsWith(`${tag} `));

  test.each(ANSWERS.filter(({ scalar, answer }) => 'v' in answer && !refused(scalar)))(
    '$scalar',
    ({ scalar, answer }) => {
      const value = read(scalar);
      // Helm prints large integers with all digits; JSON.parse rounds them as the parser does.
      expect(Object.is(value, -0) ? 0 : value).toEqual(Object.is(answer.v, -0) ? 0 : answer.v);
    },
  );

  test.each(ANSWERS.filter(({ scalar, answer }) => 'Error' in answer || refused(scalar)))(
    '$scalar is refused',
    ({ scalar }) => {
      expect(() => read(scalar)).toThrow(expect.objectContaining({ code: 'PARSE_YAML' }));
    },
  );
});
