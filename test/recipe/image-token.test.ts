import { expect, test } from 'vitest';
import { imagesIn } from '../../scripts/recipe/image-token.ts';
import { chartOf, lockOf, refusal, templateOf } from '../chart/small-chart.ts';

const DIGEST = `sha256:${'1'.repeat(64)}`;

test.each([
  ['--image=quay.io/a/b:1.2', ['quay.io/a/b:1.2']],
  ['4.0=quay.io/a/b:1-x\n4.1=quay.io/a/b:2', ['quay.io/a/b:1-x', 'quay.io/a/b:2']],
  ['"image": "localhost:5000/a:1",', ['localhost:5000/a:1']],
  [String.raw`{"c": "a\nquay.io/a/b:1\n"}`, ['quay.io/a/b:1']],
  ['rook/ceph:v1.2.3.', ['rook/ceph:v1.2.3']],
  [`quay.io/a/b@${DIGEST}`, [`quay.io/a/b@${DIGEST}`]],
  [`quay.io/a/b:1@${DIGEST}, twice quay.io/a/b:1@${DIGEST}`, [`quay.io/a/b:1@${DIGEST}`]],
  ['registry:5000/a/b:v1', ['registry:5000/a/b:v1']],
  ['ko://example.test/cmd/x', []],
  ['see https://example.test/a/b:1', []],
  ['example.test/key:value of quay.io/a', ['example.test/key:value']],
  ['app.kubernetes.io/name', []],
  ['apps/v1', []],
  ['a/b:latest', []],
  ['busybox:1.36', []],
])('%j names %j', (text, images) => {
  expect(imagesIn(text)).toEqual(images);
});

const MANIFEST = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: x
spec:
  template:
    spec:
      containers:
        - name: a
          image: q.io/x/y:1.2
          args:
            - --other=5%
            - --image=q.io/x/y:1.2
          env:
            - name: MAP
              value: |
                1=q.io/x/y:1.2
                2=q.io/z:9
                3={{ q.io/x/y:1.2.3 }}
`;

const entry = (path: string, token: string, ...fields: readonly string[]): string => `
  - { path: ${path}, form: image, token: '${token}', select: { name: x },
      fieldPaths: ['${fields.map((field) => `spec.template.spec.containers.[name=a].${field}`).join("', '")}'] }`;

const RECIPE = `images: { one: { tag: '1.2', reason: x }, two: { tag: '9', reason: x } }
values:${entry('one', 'q.io/x/y:1.2', 'image', 'args.*', 'env.[name=MAP].value')}${entry('two', 'q.io/z:9', 'env.[name=MAP].value')}
`;

const locked = (repository: string, tag: string) =>
  ({ registry: 'q.io', repository, tag, digest: DIGEST, platforms: [], source: 'registry' }) as const;
const LOCK = lockOf({ one: locked('x/y', '1.2'), two: locked('z', '9') });

test('one value feeds whole fields and parts of texts, and two share a text that stays readable', () => {
  const text = templateOf(MANIFEST, RECIPE, LOCK);
  expect(text).toContain('image: {{ include "c.one" . | quote }}');
  expect(text).toContain('- --other=5%\n');
  expect(text).toContain('- {{ printf "--image=%v" (include "c.one" .) | quote }}');
  expect(text).toContain('1={{ include "c.one" . }}\n                2={{ include "c.two" . }}\n');
  expect(text).toContain('3={{ "{{" }} q.io/x/y:1.2.3 }}\n');
  const { defaults, upstreamValues } = chartOf(MANIFEST, RECIPE, LOCK);
  expect(defaults).toEqual({
    one: { registry: 'q.io', repository: 'x/y', tag: '1.2', digest: DIGEST },
    two: { registry: 'q.io', repository: 'z', tag: '9', digest: DIGEST },
  });
  expect(upstreamValues).toEqual({
    one: { registry: 'q.io', repository: 'x/y', tag: '1.2', digest: '' },
    two: { registry: 'q.io', repository: 'z', tag: '9', digest: '' },
  });
});

test('a text without the token has drifted: the nearest image is named', () => {
  const newer = MANIFEST.replaceAll('q.io/x/y:1.2\n', 'q.io/x/y:1.20\n');
  expect(refusal(() => templateOf(newer, RECIPE, LOCK))).toBe(
    `RECIPE_SELECTOR ${[
      'image (m.yaml:10) does not hold q.io/x/y:1.2; the nearest is q.io/x/y:1.20',
      'args.0 (m.yaml:12) does not hold q.io/x/y:1.2; the nearest is q.io/x/y:1.20',
      'env.0.value (m.yaml:16) does not hold q.io/x/y:1.2; the nearest is q.io/x/y:1.20',
    ]
      .map((line) => `Entry one (recipe.yaml:5): Deployment/x spec.template.spec.containers.0.${line}`)
      .join('\n  ')}`,
  );
});

test('one text cannot be for two values, and what is no image is no token', () => {
  const twice = RECIPE.replace("token: 'q.io/z:9'", "token: 'q.io/x/y:1.2'");
  expect(refusal(() => templateOf(MANIFEST, twice, LOCK))).toContain(
    'RECIPE_CLAIM Entry one (recipe.yaml:5) and Entry two (recipe.yaml:7) both claim',
  );
  const none = RECIPE.replaceAll('q.io/z:9', '9}}').replaceAll('9}}', 'Q');
  expect(refusal(() => templateOf(MANIFEST.replace('q.io/z:9', 'Q'), none, LOCK))).toContain(
    'Entry two (recipe.yaml:7): its token is "Q", which is no image',
  );
});
