import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../scripts/json/json.ts';
import type { ImageEntry } from '../../scripts/recipe/entry.ts';
import { imageReference, tagWithoutDigest } from '../../scripts/oracle/image-value.ts';

const [OLD, NEW, THIRD] = ['0', '1', '2'].map((digit) => `sha256:${digit.repeat(64)}`) as [
  string,
  string,
  string,
];
const DEFAULTS = { agent: { image: { registry: 'r.test', repository: 'a', tag: 'v1', digest: OLD } } };
const ENTRY: ImageEntry = { path: 'agent.image', place: 'replace', form: 'image', targets: [] };

/** The reference of an image value, or why it is refused. */
function reference(image: JsonObject, entry = ENTRY, others: JsonObject = {}): string {
  const values = { ...others, agent: { image: { ...DEFAULTS.agent.image, ...image } } };
  const reason = tagWithoutDigest(entry, values, DEFAULTS);
  return reason === undefined ? imageReference(entry, values) : `refused: ${reason}`;
}

describe('tag and digest', () => {
  test.each<[string, JsonObject, string]>([
    ['as the chart has them', {}, `r.test/a:v1@${OLD}`],
    ['another tag with its digest', { tag: 'v2', digest: NEW }, `r.test/a:v2@${NEW}`],
    ['another tag without a digest', { tag: 'v2', digest: '' }, 'r.test/a:v2'],
    ['another digest of the same tag', { digest: NEW }, `r.test/a:v1@${NEW}`],
    ['the digest alone', { tag: '' }, `r.test/a@${OLD}`],
    ['a tag with its digest in it', { tag: `v2@${NEW}` }, `r.test/a:v2@${NEW}`],
    ['the same beside no digest', { tag: `v2@${NEW}`, digest: '' }, `r.test/a:v2@${NEW}`],
    ['the same beside itself', { tag: `v2@${NEW}`, digest: NEW }, `r.test/a:v2@${NEW}`],
    [
      'the same beside another digest',
      { tag: `v2@${NEW}`, digest: THIRD },
      `refused: agent.image.tag names ${NEW}, but agent.image.digest is ${THIRD}`,
    ],
    [
      "another tag beside the chart's digest",
      { tag: 'v2' },
      'refused: agent.image.tag is v2, but agent.image.digest is still that of v1, which is what would be pulled',
    ],
  ])('%s', (_, image, wanted) => {
    expect(reference(image)).toBe(wanted);
  });

  test('never give another tag the digest that the chart pins for its own', () => {
    const tag = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,9}(@sha256:[01]{64})?$/);
    fc.assert(
      fc.property(tag, fc.constantFrom('', OLD, NEW), (name, digest) => {
        const text = reference({ tag: name, digest });
        const pulled = /^r\.test\/a:(?<tag>[^@]*)@(?<digest>.*)$/.exec(text)?.groups;
        const stated = name.endsWith(OLD);
        expect(pulled?.['digest'] === OLD && pulled['tag'] !== 'v1' && !stated).toBe(false);
      }),
    );
  });
});

describe('the registry is the first that is set', () => {
  const entry = { ...ENTRY, registries: ['global.imageRegistry', 'global.other.registry'] };

  test.each<[JsonObject, string]>([
    [{}, 'r.test'],
    [{ global: { imageRegistry: '', other: { registry: null } } }, 'r.test'],
    [{ global: { other: null } }, 'r.test'],
    [{ global: { other: { registry: 'o.test' } } }, 'o.test'],
    [{ global: { imageRegistry: 'g.test/x', other: { registry: 'o.test' } } }, 'g.test/x'],
  ])('%j: %s', (others, registry) => {
    expect(reference({}, entry, others)).toBe(`${registry}/a:v1@${OLD}`);
    expect(reference({}, ENTRY, others)).toBe(`r.test/a:v1@${OLD}`);
  });
});
