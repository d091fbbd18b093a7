import { describe, expect, it } from 'vitest';
import { distill, type OpenApi } from './distill.ts';

const ref = (name: string) => ({ $ref: `#/definitions/${name}` });

/** The shapes that the real document has, in small. */
const document: OpenApi = {
  info: { version: 'v1.0.0' },
  definitions: {
    'io.k8s.api.core.v1.Thing': {
      'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'Thing' }],
      properties: {
        apiVersion: { type: 'string' },
        metadata: ref('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'),
        spec: {
          description: 'What is wanted. More than a word.\n\nMore.',
          ...ref('io.k8s.api.core.v1.ThingSpec'),
        },
        status: ref('io.k8s.api.core.v1.ThingStatus'),
      },
    },
    'io.k8s.api.core.v1.ThingSpec': {
      required: ['parts'],
      properties: {
        parts: {
          type: 'array',
          items: ref('io.k8s.api.core.v1.Part'),
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          'x-kubernetes-patch-merge-key': 'port',
        },
        older: {
          type: 'array',
          items: ref('io.k8s.api.core.v1.Part'),
          'x-kubernetes-patch-merge-key': 'name',
        },
        names: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        limits: {
          type: 'object',
          additionalProperties: ref('io.k8s.apimachinery.pkg.api.resource.Quantity'),
        },
        surge: ref('io.k8s.apimachinery.pkg.util.intstr.IntOrString'),
        blob: { type: 'string', format: 'byte' },
        free: {},
        rules: {
          type: 'string',
          description: 'Rules (e.g. of a zone, etc. as others). By i.e. a name. More.',
        },
        policy: { type: 'string', enum: ['Never', 'Always'] },
      },
    },
    'io.k8s.api.core.v1.Part': {
      properties: { again: ref('io.k8s.api.core.v1.Part'), note: { description: 'More info: on the web.' } },
      'x-kubernetes-map-type': 'atomic',
    },
    'io.k8s.api.core.v1.ThingStatus': { properties: { ready: { type: 'boolean' } } },
    'io.k8s.api.core.v1.ThingList': {
      'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'ThingList' }],
      properties: { metadata: {}, items: { type: 'array', items: ref('io.k8s.api.core.v1.Thing') } },
    },
    'io.k8s.api.core.v1alpha1.Thing': {
      'x-kubernetes-group-version-kind': [{ group: 'core', version: 'v1alpha1', kind: 'Thing' }],
      properties: { metadata: {} },
    },
    'io.k8s.api.authorization.v1.Review': {
      'x-kubernetes-group-version-kind': [{ group: 'authorization.k8s.io', version: 'v1', kind: 'Review' }],
      properties: { metadata: {} },
    },
    'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': {
      properties: {
        name: { type: 'string' },
        managedFields: {},
        created: ref('io.k8s.apimachinery.pkg.apis.meta.v1.Time'),
      },
    },
    'io.k8s.apimachinery.pkg.apis.meta.v1.Time': { type: 'string', format: 'date-time' },
    'io.k8s.apimachinery.pkg.api.resource.Quantity': { type: 'string' },
    'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { type: 'string', format: 'int-or-string' },
  },
};

describe('distill', () => {
  const { kinds, types, version } = distill(document);

  it('keeps what a manifest may hold: no lists, no alpha versions, no requests', () => {
    expect(version).toBe('v1.0.0');
    expect(kinds).toEqual({ 'v1 Thing': 'core.v1.Thing' });
  });

  it('drops what only the server writes, and the types that only that needs', () => {
    expect(Object.keys(types)).toEqual([
      'core.v1.Part',
      'core.v1.Thing',
      'core.v1.ThingSpec',
      'meta.v1.ObjectMeta',
    ]);
    expect(Object.keys(types['core.v1.Thing']?.fields ?? {})).toEqual(['apiVersion', 'metadata', 'spec']);
    expect(types['meta.v1.ObjectMeta']?.fields).toEqual({
      created: { type: 'time' },
      name: { type: 'string' },
    });
  });

  it('writes types as Go does, with keys, sets and what is required', () => {
    const spec = types['core.v1.ThingSpec'];
    expect(spec?.required).toEqual(['parts']);
    expect(spec?.fields).toEqual({
      blob: { type: 'bytes' },
      free: { type: 'any' },
      limits: { type: 'map[string]quantity' },
      names: { type: '[]string', set: true },
      older: { type: '[]core.v1.Part', keys: ['name'] },
      parts: { type: '[]core.v1.Part', keys: ['port', 'protocol'] },
      policy: { type: 'string', enum: ['Always', 'Never'] },
      rules: { type: 'string', text: 'Rules (e.g. of a zone, etc. as others).' },
      surge: { type: 'int-or-string' },
    });
    expect(types['core.v1.Part']?.atomic).toBe(true);
  });

  it('keeps the first sentence of a description, and none that is only an address', () => {
    expect(types['core.v1.Thing']?.fields['spec']?.text).toBe('What is wanted.');
    expect(types['core.v1.Part']?.fields['note']).toEqual({ type: 'any' });
  });
});
