import { describe, expect, it, test } from 'vitest';
import { nextVersion, type ChartState } from '../../scripts/bump/next-version.ts';
import { templatize } from '../../scripts/chart/templatize.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { apply } from '../../scripts/oracle/apply.ts';
import { lockOf, recipeOf } from '../chart/small-chart.ts';

/** What a version of the chart is made of; each case changes something. */
interface Made {
  readonly manifest: string;
  readonly recipe: string;
  readonly schema: JsonObject;
  readonly version: string;
}

const DIGESTS = { v1: `sha256:${'1'.repeat(64)}`, v2: `sha256:${'2'.repeat(64)}` } as const;

const BASE: Made = {
  version: '1.2.3',
  manifest: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: a }
spec:
  replicas: 1
  selector: { matchLabels: { app: a } }
  template:
    metadata: { labels: { app: a } }
    spec:
      containers:
        - { name: a, image: 'r.test/o/a:v1', args: [--level, info], resources: { limits: { memory: 1Gi } } }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: a }
rules: [{ apiGroups: [''], resources: [pods], verbs: [get] }]
`,
  recipe: `values:
  - path: image
    form: image
    select: { kind: Deployment }
    fieldPaths: ['spec.template.spec.containers.[name=a].image']
  - path: replicas
    select: { kind: Deployment }
    fieldPaths: [spec.replicas]
  - path: resources
    form: yaml
    default: { limits: { memory: 1Gi } }
    select: { kind: Deployment }
    fieldPaths: ['spec.template.spec.containers.[name=a].resources']
images: { image: { tag: v1, reason: it is pinned } }
`,
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      image: { type: 'object', description: 'd' },
      replicas: { type: 'integer', description: 'd' },
      resources: { type: 'object', description: 'd' },
    },
  },
};

function stateOf({ manifest: text, recipe: written, schema, version }: Made): ChartState {
  const manifest = parseManifest(text, 'm.yaml');
  const recipe = recipeOf(written);
  const tag = written.includes('tag: v2') ? 'v2' : 'v1';
  const image = {
    registry: 'r.test',
    repository: 'o/a',
    tag,
    digest: DIGESTS[tag],
    platforms: [],
    source: 'registry' as const,
  };
  const { defaults } = templatize(manifest, recipe, lockOf({ image }));
  const render = (own: JsonObject) =>
    apply({ recipe, manifest, defaults }, own, { name: 'r', namespace: 'ns' });
  return {
    version,
    schema,
    defaults,
    values: recipe.entries.map(({ path, form }) => ({ path, isImage: form === 'image' })),
    objects: render({}),
    render,
  };
}

/** Another version, by what is changed in the texts or the schema. */
function changed(how: {
  readonly manifest?: readonly (readonly [string, string])[];
  readonly recipe?: readonly (readonly [string, string])[];
  readonly properties?: JsonObject;
  readonly add?: string;
}): Made {
  const replaced = (text: string, pairs: readonly (readonly [string, string])[] = []): string =>
    pairs.reduce((at, [from, to]) => {
      if (!at.includes(from)) throw new Error(`no ${from}`);
      return at.replace(from, to);
    }, text);
  return {
    ...BASE,
    manifest: replaced(BASE.manifest, how.manifest) + (how.add ?? ''),
    recipe: replaced(BASE.recipe, how.recipe),
    schema: {
      ...BASE.schema,
      properties: { ...(BASE.schema['properties'] as JsonObject), ...how.properties },
    },
  };
}

function told(old: Made, now: Made): readonly string[] {
  const { version, reasons } = nextVersion(stateOf(old), stateOf(now));
  return [version, ...reasons.map(({ level, text }) => `${level}: ${text}`)];
}

const int = (more: JsonObject): JsonObject => ({ type: 'integer', description: 'd', ...more });
const MEMORY = ['memory: 1Gi } }\n    select', 'memory: 2Gi } }\n    reason: more\n    select'] as const;

test('a Job whose name follows its content is the same to users, whatever it asks for', () => {
  const job = (name: string, pod: string): Made =>
    changed({
      add: `---
apiVersion: batch/v1
kind: Job
metadata: { name: ${name} }
spec: { template: { spec: { ${pod} containers: [{ name: j, image: 'r.test/o/j:${name}' }] } } }
`,
    });
  expect(told(job('j-01234567', ''), job('j-89abcdef', ''))).toEqual([
    '1.2.4',
    'patch: Job j-89abcdef takes the place of j-01234567',
  ]);
  expect(told(job('j-01234567', ''), job('j-89abcdef', 'hostNetwork: true,'))[0]).toBe('1.3.0');
  expect(told(job('j-one', ''), job('j-two', ''))[0]).toBe('2.0.0');
});

test('a value below an image is no other image', () => {
  const pull = (policy: string): Made =>
    changed({
      manifest: [['args:', `imagePullPolicy: ${policy}, args:`]],
      recipe: [
        [
          '  - path: replicas',
          `  - path: image.pullPolicy
    select: { kind: Deployment }
    fieldPaths: ['spec.template.spec.containers.[name=a].imagePullPolicy']
  - path: replicas`,
        ],
      ],
    });
  expect(told(pull('Always'), pull('Never'))).toEqual([
    '2.0.0',
    'major: the default of image.pullPolicy is another: it restarts pods',
  ]);
});

describe('the next version', () => {
  it.each<readonly [string, Made, Made, readonly string[]]>([
    ['nothing', BASE, BASE, ['1.2.4']],
    [
      'a value that is gone',
      changed({ properties: { other: int({}) } }),
      BASE,
      ['2.0.0', 'major: the value other is gone'],
    ],
    [
      'a new value',
      BASE,
      changed({ properties: { other: int({}) } }),
      ['1.3.0', 'minor: the value other is new'],
    ],
    [
      'another type',
      BASE,
      changed({ properties: { replicas: { type: 'string', description: 'd' } } }),
      ['2.0.0', 'major: the value replicas takes no more int'],
    ],
    [
      'one more type, and a wider one',
      BASE,
      changed({ properties: { replicas: { type: 'number', description: 'd' } } }),
      ['1.3.0', 'minor: the value replicas takes more'],
    ],
    [
      'a word less',
      changed({ properties: { replicas: int({ enum: [1, 2] }) } }),
      changed({ properties: { replicas: int({ enum: [1] }) } }),
      ['2.0.0', 'major: the value replicas takes no more 2'],
    ],
    [
      'a default in the pod template',
      BASE,
      changed({ recipe: [MEMORY] }),
      ['2.0.0', 'major: the default of resources is another: it restarts pods'],
    ],
    [
      'a default that restarts nothing',
      BASE,
      changed({ manifest: [['replicas: 1', 'replicas: 2']] }),
      ['1.2.4', 'patch: the default of replicas is another'],
    ],
    [
      'another image, though it restarts pods',
      BASE,
      changed({ recipe: [['tag: v1', 'tag: v2']], manifest: [['a:v1', 'a:v2']] }),
      ['1.2.4', 'patch: the image image is another'],
    ],
    ['a field that is no value', BASE, changed({ manifest: [['info', 'debug']] }), ['1.2.4']],
    [
      'a field of upstream’s that is new',
      BASE,
      changed({ manifest: [['args:', 'tty: true, args:']] }),
      ['1.3.0', 'minor: Deployment a has new fields'],
    ],
    [
      'a selector',
      BASE,
      changed({ manifest: [['matchLabels: { app: a }', 'matchLabels: { app: b }']] }),
      ['2.0.0', 'major: Deployment a cannot be changed in place'],
    ],
    [
      'an object more',
      BASE,
      changed({ add: '---\n{ apiVersion: v1, kind: ConfigMap, metadata: { name: more } }\n' }),
      ['1.3.0', 'minor: ConfigMap more is new'],
    ],
    [
      'an object less',
      changed({ add: '---\n{ apiVersion: v1, kind: ConfigMap, metadata: { name: more } }\n' }),
      BASE,
      ['2.0.0', 'major: ConfigMap more is gone'],
    ],
    [
      'more rights',
      BASE,
      changed({ manifest: [['verbs: [get]', 'verbs: [get, delete]']] }),
      ['1.3.0', 'minor: Role a gives more rights: delete pods'],
    ],
  ])('%s', (_, old, now, expected) => {
    expect(told(old, now)).toEqual(expected);
  });

  it('below 1.0.0 what would be major is minor, and all else a patch', () => {
    const early = (made: Made): Made => ({ ...made, version: '0.2.3' });
    const more = changed({ properties: { other: int({}) } });
    expect(told(early(more), early(BASE))[0]).toBe('0.3.0');
    expect(told(early(BASE), early(more))[0]).toBe('0.2.4');
  });

  it('a default that takes keys away is taken back with them', () => {
    const old = changed({
      recipe: [['{ limits: { memory: 1Gi } }', '{ limits: { memory: 1Gi, cpu: 1 } }\n    reason: r']],
    });
    expect(told(old, BASE)).toEqual([
      '2.0.0',
      'major: the default of resources is another: it restarts pods',
    ]);
    expect(told(BASE, old)).toEqual([
      '2.0.0',
      'major: the default of resources is another: it restarts pods',
      'minor: Deployment a has new fields',
    ]);
  });
});
