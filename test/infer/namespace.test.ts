import { expect, test } from 'vitest';
import { deployment, inferred } from './inferred.ts';

test('a namespace that is the objects’ own is made by who installs, another by the chart', () => {
  const space = (name: string): string =>
    `---\napiVersion: v1\nkind: Namespace\nmetadata: { name: '${name}' }\n`;
  const inside = deployment('a', ['a']).replace('{ name: a }', "{ name: a, namespace: 'n' }");
  const { drafts } = inferred(space('n') + space('other') + inside);
  expect(drafts.find(({ path }) => path === 'namespace.create')).toMatchObject({ default: false });
  expect(drafts.find(({ path }) => path === 'namespaces.other.create')).not.toHaveProperty('default');
});

test('what is called a namespace follows it, other texts that name it are told as they are', () => {
  const text = deployment('a', ['a'])
    .replace('{ name: a }', '{ name: a, namespace: n-s }')
    .replace(
      "'r.test/a:1' }",
      "'r.test/a:1', args: ['--in=n-s'], env: [{ name: POD_NAMESPACE, value: n-s }, { name: B, value: n-s }] }",
    );
  const own =
    '---\napiVersion: op.test/v1\nkind: S\nmetadata: { name: s }\nspec: { at: { namespace: n-s }, to: n-s }\n';
  const { drafts, left } = inferred(text + own);
  const follows = drafts.find(({ path }) => path === 'namespaceOverride')?.spots.map(({ field }) => field);
  expect(follows).toEqual([
    'metadata.namespace',
    expect.stringMatching(/env\.\[name=POD_NAMESPACE\]\.value$/),
    'spec.at.namespace',
  ]);
  expect(left.map(({ what }) => what).join()).toMatch(
    /args\.0 \(--in=n-s\).*\[name=B\]\.value \(n-s\), S\/s spec\.to \(n-s\)$/,
  );
});

test('an annotation that names an object of the namespace is told', () => {
  const annotations = "annotations: { inject: n/cert, said: 'n is here', other: n }";
  const { left } = inferred(
    deployment('a', ['a']).replace('{ name: a }', `{ name: a, namespace: 'n', ${annotations} }`),
  );
  expect(left.map(({ what }) => what)).toEqual(['Deployment/a metadata.annotations.inject (n/cert)']);
});

test('default is a word, and a namespace where it is called one', () => {
  const text = deployment('a', ['a'])
    .replace('{ name: a }', '{ name: a, namespace: default }')
    .replace(
      "'r.test/a:1' }",
      "'r.test/a:1', args: ['--mode=default', 'http://b.default.svc', '--in-namespace=default'] }",
    );
  expect(inferred(text).left.map(({ what }) => what)).toEqual([
    expect.stringMatching(/args\.1 \(http:\/\/b\.default\.svc\), [^,]*args\.2 \(--in-namespace=default\)$/),
  ]);
});
