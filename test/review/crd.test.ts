import { describe, expect, it } from 'vitest';
import { does } from './does.ts';

describe('takes something away', () => {
  const crd = (versions: string): string =>
    `{ apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: { name: xs.x.io }, spec: { versions: [${versions}] } }`;
  const version = (name: string, served = true, properties = 'a: {}, b: {}'): string =>
    `{ name: ${name}, served: ${served}, schema: { openAPIV3Schema: { properties: { ${properties} } } } }`;

  it('a version of a CRD, one that is no longer served, a field of what is stored', () => {
    const both = crd(`${version('v1')}, ${version('v2')}`);
    expect(does('lost', both, crd(version('v2')))).toEqual(['version v1']);
    expect(does('lost', both, crd(`${version('v1', false)}, ${version('v2')}`))).toEqual([
      'version v1, no more served',
    ]);
    expect(does('lost', crd(version('v1')), crd(version('v1', true, 'a: {}')))).toEqual([
      'field b of what is stored',
    ]);
    expect(does('lost', crd(version('v1')), both)).toEqual([]);
    expect(does('lost', crd(version('v1beta1')), crd(version('v1')))).toEqual(['version v1beta1']);
    expect(does('lost', crd(version('v1')), crd(version('v1').replace('properties:', 'title:')))).toEqual([
      'field a of what is stored',
      'field b of what is stored',
    ]);
    const keeps = 'x-kubernetes-preserve-unknown-fields: true, title:';
    expect(does('lost', crd(version('v1')), crd(version('v1').replace('properties:', keeps)))).toEqual([]);
    const one = version('v1', true, 'a: {}').replace('properties:', keeps.replace('title:', 'properties:'));
    expect(does('lost', crd(version('v1')), crd(one))).toEqual([]);
  });

  const schema = (text: string): string =>
    crd(`{ name: v1, served: true, schema: { openAPIV3Schema: { properties: { spec: ${text} } } } }`);
  it.each([
    [
      'a new required field',
      '{ properties: { a: {} } }',
      '{ required: [a], properties: { a: {} } }',
      ['objects without spec.a'],
    ],
    [
      'one of a list',
      '{ properties: { l: { items: { required: [x] } } } }',
      '{ properties: { l: { items: { required: [x, z] } } } }',
      ['objects without spec.l[].z'],
    ],
    ['fewer words', '{ enum: [a, b] }', '{ enum: [b, c] }', ['a of spec']],
    ['another type', '{ type: string }', '{ type: integer }', ['another type of spec']],
    ['a lower limit', '{ maxLength: 5 }', '{ maxLength: 4 }', ['another maxLength of spec']],
    ['nothing at all', '{ nullable: true }', '{ }', ['another nullable of spec']],
    ['one of several', '{ }', '{ oneOf: [{ required: [a] }] }', ['another oneOf of spec']],
    [
      'one more rule',
      '{ x-kubernetes-validations: [{ rule: a }] }',
      '{ x-kubernetes-validations: [{ rule: a }, { rule: b }] }',
      ['another x-kubernetes-validations of spec'],
    ],
    [
      'another rule',
      '{ x-kubernetes-validations: [{ rule: a, message: m, reason: r }] }',
      '{ x-kubernetes-validations: [{ rule: b, message: m, reason: r }] }',
      ['another x-kubernetes-validations of spec'],
    ],
    ['a limit at all', '{ type: string }', '{ type: string, minLength: 4 }', ['another minLength of spec']],
  ])('what was valid, by the schema of a CRD: %s', (_, before, after, expected) => {
    expect(does('refuses', schema(before), schema(after))).toEqual(expected);
  });

  it.each([
    ['a wider type', '{ type: integer, format: int32 }', '{ type: number, format: int64 }'],
    [
      'a rule less, and another message',
      '{ x-kubernetes-validations: [{ rule: a, message: m }, { rule: b }] }',
      '{ x-kubernetes-validations: [{ rule: a, message: n }] }',
    ],
    ['a higher limit', '{ maxLength: 5 }', '{ maxLength: 6 }'],
    [
      'a property that is called as a keyword',
      '{ properties: { a: {} } }',
      '{ properties: { a: {}, required: {} } }',
    ],
    [
      'a new field with required ones of its own',
      '{ properties: { a: {} } }',
      '{ properties: { a: {}, b: { required: [c] } } }',
    ],
    ['more words, and another description', '{ enum: [a] }', '{ enum: [a, b], description: d }'],
    ['what its controller writes', '{ }, status: { required: [a] }', '{ }, status: { required: [a, b] }'],
  ])('nothing, by %s', (_, before, after) => {
    expect(does('refuses', schema(before), schema(after))).toEqual([]);
  });
});
