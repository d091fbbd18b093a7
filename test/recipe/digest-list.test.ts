import { expect, test } from 'vitest';
import { formatLock } from '../../scripts/recipe/lock.ts';
import { parseDigestList, statedFor } from '../../scripts/recipe/digest-list.ts';
import { formatReference, parseImageReference, tagMoves } from '../../scripts/recipe/reference.ts';
import { lockOf, refusal } from '../chart/small-chart.ts';

const [A, B] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`];

function read(text: string): readonly string[] {
  return parseDigestList(text, 'f').map(({ image }) => formatReference(image));
}

const LOCK = formatLock(
  lockOf({
    a: {
      registry: 'q.io',
      repository: 'x/y',
      tag: '1',
      digest: A,
      platforms: ['linux/arm64'],
      source: 'registry',
    },
  }),
);

test.each<readonly [string, string, readonly string[]]>([
  [
    'lines of skopeo',
    `q.io/x/y@${A}\n# and\nbusybox:1@${B}\n`,
    [`q.io/x/y@${A}`, `docker.io/library/busybox:1@${B}`],
  ],
  ['columns', `q.io/x/y:1   ${A}\nq.io/z:2\t${B} extra\n`, [`q.io/x/y:1@${A}`, `q.io/z:2@${B}`]],
  [
    'skopeo inspect',
    `{"Name": "q.io/x/y", "Digest": "${A}", "RepoTags": ["1"], "Layers": ["${B}"]}`,
    [`q.io/x/y@${A}`],
  ],
  [
    'several, one after the other',
    `{\n "Name": "q.io/x/y",\n "Digest": "${A}"\n}\n{\n "Name": "q.io/z",\n "Digest": "${B}"\n}\n`,
    [`q.io/x/y@${A}`, `q.io/z@${B}`],
  ],
  ['a lock of ours', LOCK, [`q.io/x/y:1@${A}`]],
  [
    'a lock with references',
    `images:\n  - image: q.io/x/y:1@${A}\n    annotations: { x: "q.io/x/y:1" }\n`,
    [`q.io/x/y:1@${A}`],
  ],
  [
    'images of a kustomization',
    `images:\n  - name: q.io/x/y\n    newTag: "1"\n    digest: ${A}\n`,
    [`q.io/x/y:1@${A}`],
  ],
  ['a manifest', `spec:\n  containers: [{ image: "docker://q.io/x/y:1@${A}" }]\n`, [`q.io/x/y:1@${A}`]],
])('%s', (_, text, images) => {
  expect(read(text)).toEqual(images);
});

test.each([
  ['nothing', ''],
  ['half a digest', 'q.io/x@sha256:abc'],
  ['a digest alone', `${A}\n`],
  ['broken JSON', '{"a": '],
])('%s states no digest', (_, text) => {
  expect(refusal(() => read(text))).toMatch(/^IMAGE_LIST /);
});

test('the tag decides, then the repository alone; two are refused; platforms come along', () => {
  const image = parseImageReference('q.io/x/y:1');
  const of = (text: string) => statedFor(image, parseDigestList(text, 'f'))?.image.digest;
  expect(of(`q.io/x/y:1@${A}\nq.io/x/y:2@${B}\n`)).toBe(A);
  expect(of(`q.io/x/y@${A}\nq.io/x/y:2@${B}\n`)).toBe(A);
  expect(of(`q.io/x/y:2@${B}\nq.io/x/z:1@${A}\n`)).toBeUndefined();
  expect(of(`q.io/x/y@${A}\nq.io/x/y@${A}\n`)).toBe(A);
  expect(refusal(() => of(`q.io/x/y@${A}\nq.io/x/y@${B}\n`))).toContain(
    'q.io/x/y:1 has two digests in the list',
  );
  expect(statedFor(image, parseDigestList(LOCK, 'f'))?.platforms).toEqual(['linux/arm64']);
});

test.each([
  'latest',
  'snapshot-thick',
  'main',
  'release-main',
  'nightly-2026.1',
  'edge',
  'stable',
  'alpine',
  'v1.2-latest',
])('the tag %s moves', (tag) => {
  expect(tagMoves(tag)).toBe(true);
});

test.each([
  'v1.2.3',
  '1.2',
  'v3',
  '20200709',
  'v1.2.3-thick',
  'sha-0a1b2c3d',
  '2026-01-02',
  '1.2.0-kafka-4.3.1',
  '0a1b2c3d4e5f',
])('the tag %s stays', (tag) => {
  expect(tagMoves(tag)).toBe(false);
});
