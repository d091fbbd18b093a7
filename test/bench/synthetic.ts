import type { Project } from '../../scripts/io/project.ts';
import type { Recipe } from '../../scripts/recipe/types.ts';
import type { Lock } from '../../scripts/recipe/lock.ts';

/** A made-up manifest with its recipe, as large as wanted. */
export interface Synthetic {
  readonly text: string;
  readonly project: Omit<Project, 'root'>;
  readonly lock: Lock;
}

/** One in so many documents is touched by an entry of the recipe; the rest is copied. */
const TOUCHED_EVERY = 7;

/** A project of `count` documents: Deployments, of which every seventh has lifted fields. */
export function synthetic(count: number, builtins: ReadonlyMap<string, string>): Synthetic {
  const names = Array.from({ length: count }, (_, i) => `app-${i}`);
  const touched = names.filter((_, i) => i % TOUCHED_EVERY === 0);
  const recipe: Recipe = {
    upstream: { version: 'v1', url: 'https://example.org/{version}.yaml' },
    chart: {
      name: 'synthetic',
      version: '1.0.0',
      appVersion: '1',
      description: 'Made for measuring.',
      license: 'Apache-2.0',
    },
    images: {},
    entries: [
      {
        path: 'replicas',
        place: 'replace',
        form: 'value',
        targets: touched.map((name) => ({
          select: { kind: 'Deployment', name },
          fieldPaths: ['spec.replicas'],
        })),
      },
      {
        path: 'commonLabels',
        place: 'merge',
        form: 'yaml',
        targets: touched.map((name) => ({
          select: { kind: 'Deployment', name },
          fieldPaths: ['metadata.labels'],
        })),
      },
    ],
  };
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: {
      replicas: { description: 'Pods.', type: 'integer' },
      commonLabels: { description: 'Labels.', type: 'object', propertyNames: { not: { enum: ['app'] } } },
    },
  };
  return {
    text: names.map(deployment).join('---\n'),
    project: {
      recipe,
      builtins,
      files: new Map([
        ['values.schema.json', JSON.stringify(schema)],
        ['CHANGELOG.md', '## [1.0.0] - 2026-01-01\n\n### Added\n\n- All of it.\n'],
      ]),
    },
    lock: {
      version: 'v1',
      url: 'https://example.org/v1.yaml',
      sha256: '0'.repeat(64),
      documents: `sha256:${'0'.repeat(64)}`,
      created: '2026-01-01T00:00:00Z',
      images: {},
    },
  };
}

function deployment(name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: bench
  labels:
    app: ${name}
spec:
  replicas: 1
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: main
          image: registry.example.org/team/${name}:1.0.0
          args: ["--listen=:8080", "--name=${name}"]
          ports:
            - containerPort: 8080
          resources:
            requests:
              cpu: 10m
              memory: 32Mi
            limits:
              memory: 64Mi
`;
}

/** One in so many documents runs pods. */
const WORKLOAD_EVERY = 100;

/** A manifest of `count` documents: some Deployments, and Services, ConfigMaps, accounts and CustomResourceDefinitions. */
export function mixed(count: number): string {
  return Array.from({ length: count }, (_, i) =>
    i % WORKLOAD_EVERY === 0 ? deployment(`app-${i}`) : (OTHERS[i % OTHERS.length]?.(i) ?? ''),
  ).join('---\n');
}

const OTHERS: readonly ((i: number) => string)[] = [
  (i) => `apiVersion: v1
kind: Service
metadata:
  name: service-${i}
  namespace: bench
spec:
  selector:
    app: app-0
  ports:
    - name: http
      port: 80
`,
  (i) => `apiVersion: v1
kind: ConfigMap
metadata:
  name: config-${i}
  namespace: bench
data:
  level: info
  peers.yaml: |
    - a-${i}
    - b-${i}
`,
  (i) => `apiVersion: v1
kind: ServiceAccount
metadata:
  name: account-${i}
  namespace: bench
`,
  (i) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things${i}.example.org
spec:
  group: example.org
  scope: Namespaced
  names:
    kind: Thing${i}
    plural: things${i}
    singular: thing${i}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            size:
              type: integer
              description: How large it is.
`,
];
