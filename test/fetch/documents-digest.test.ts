import { describe, expect, test } from 'vitest';
import { documentsDigest } from '../../scripts/fetch/documents-digest.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';

const OBJECT = 'apiVersion: v1\nkind: Test\nmetadata:\n  name: a\n';

describe('the digest of the documents', () => {
  const digest = (text: string): string => documentsDigest(parseManifest(text, 'm.yaml'));

  test('ignores layout, comments and the order of keys', () => {
    const other = 'kind: Test # c\napiVersion: "v1"\nmetadata: {name: a}\n';
    expect(digest(OBJECT)).toBe(digest(other));
    expect(digest(OBJECT)).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test('counts values, types and the order of documents', () => {
    const a = OBJECT;
    const b = OBJECT.replace('Test', 'Other');
    const all = [
      `${a}---\n${b}`,
      `${b}---\n${a}`,
      `${a}x: 1\n`,
      `${a}x: "1"\n`,
      `${a}x: [1, 2]\n`,
      `${a}x: [2, 1]\n`,
    ];
    expect(new Set(all.map(digest)).size).toBe(all.length);
  });
});
