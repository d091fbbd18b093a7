import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { parseAllDocuments, stringify } from 'yaml';
import { argoFiles } from '../../scripts/argocd/files.ts';
import { mergeFiles } from '../../scripts/json/merge-values.ts';
import { generate, valuesSchema, type Built } from '../../scripts/built.ts';
import { setFlags } from '../../scripts/page/set-line.ts';
import { trial } from '../../scripts/page/trial.ts';
import { printMarkdown } from '../../scripts/review/print-markdown.ts';
import { renderOwn, reviewChart, upstreamSide } from '../../scripts/sides/own.ts';
import { check, refuseFindings } from '../../scripts/validate.ts';
import { storedLogin } from '../../scripts/oci/docker-config.ts';
import { parseIndex } from '../../scripts/oci/layout.ts';
import { packageChart } from '../../scripts/package/artifact.ts';
import { configBlob, manifestAnnotations, parseMetadata } from '../../scripts/package/metadata.ts';
import { canonicalText } from '../../scripts/manifest/canonical.ts';
import { documentsDigest } from '../../scripts/fetch/documents-digest.ts';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { parseYaml } from '../../scripts/manifest/yaml.ts';
import { parseRecipe } from '../../scripts/recipe/load.ts';
import { formatLock, parseLock } from '../../scripts/recipe/lock.ts';
import { wantedImages } from '../../scripts/chart/pin.ts';
import { isObject } from '../../scripts/json/tree.ts';
import { prove } from '../../scripts/check/prove.ts';
import { FIXTURE, smallProject } from '../chart/small-project.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';
import { mutateData, mutateText, type Mutation } from './mutations.ts';

/** A kind of document, some that are right, and what reads them. */
export interface Subject {
  readonly name: string;
  /** Right ones, each as text. */
  readonly documents: readonly string[];
  /** What the format knows beside lines of text. */
  readonly format: 'yaml' | 'json' | 'text';
  /** Reads a document as the product does; may throw ChartErrors. */
  readonly read: (text: string) => unknown;
}

/** A document of the subject with some things wrong in it: first in its data, then in its text. */
export function spoilt(
  { documents, format }: Subject,
  which: number,
  data: readonly Mutation[],
  text: readonly Mutation[],
): string {
  const right = documents[which % documents.length] ?? '';
  return text.reduce(
    mutateText,
    format === 'text' || data.length === 0 ? right : spoiltData(right, format, data),
  );
}

/** The documents of a YAML file are a list, which may itself be spoilt. */
function spoiltData(text: string, format: 'yaml' | 'json', mutations: readonly Mutation[]): string {
  if (format === 'json')
    return JSON.stringify(mutations.reduce(mutateData, JSON.parse(text) as Json), null, 1);
  const documents = parseAllDocuments(text).map((doc) => doc.toJS() as Json);
  const spoiltOnes = mutations.reduce<Json>(mutateData, documents);
  return (Array.isArray(spoiltOnes) ? spoiltOnes : [spoiltOnes])
    .map((one: Json) => stringify(one))
    .join('---\n');
}

const small = await smallProject();
const large = await thisProject();
const release = { name: 'x', namespace: 'y' };
const validator = new Validator(valuesSchema(small), '7', false);
const { project, lock, manifest } = small;
const file = (path: string): string => project.files.get(path) ?? '';

/** Builds, checks and proves the small chart with other files; the renderer gives upstream back. */
async function chartOf(
  own: Readonly<Record<string, string>>,
  more: Partial<Pick<Built, 'project' | 'manifest' | 'lock'>> = {},
): Promise<void> {
  const on = { project, manifest, lock, ...more };
  const files = new Map([...on.project.files, ...Object.entries(own)]);
  const upstream = { ...on.manifest, resources: on.manifest.resources.filter(({ added }) => added !== true) };
  const built = await generate({ ...on.project, files }, upstream, on.lock);
  const findings = check(built);
  await prove({ recipe: built.project.recipe, ...built }, [
    { name: 'none', render: async () => canonicalText(built.manifest) },
  ]);
  await packageChart(built.files, built.lock.created);
  refuseFindings(findings);
}

const ALL_KINDS = {
  ci: 'image: { tag: v1 }\npaths: &p { run: { hostPath: /x } }\nnodeSelector: { <<: { a: b }, c: d }\nconfig: { level: 3 }\n',
  objects:
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own\n  labels: &l { a: b }\ndata:\n  x: |\n    y {{ z }}\n---\n{"apiVersion": "g/v1", "kind": "B", "metadata": {"name": "b"}, "spec": [1, "2", null]}\n---\napiVersion: v1\nkind: List\nitems:\n  - { apiVersion: v1, kind: A, metadata: { name: a } }\n',
  values: 'image: { tag: v1 }\nlist: [{ a: 1 }]\n',
  config: JSON.stringify({
    auths: { 'r.test': { auth: 'dTpw' }, 'https://index.docker.io/v1/': { username: 'u', password: 'p' } },
    credHelpers: { 'other.test': 'x' },
    credsStore: '',
  }),
  index: JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: `sha256:${'a'.repeat(64)}`,
        size: 7,
        annotations: { 'org.opencontainers.image.ref.name': 'x' },
      },
    ],
  }),
} as const;

/** The small chart's schema with values that hold their like, by several ways around. */
function recursive(): string {
  const schema = JSON.parse(file('values.schema.json')) as { readonly properties: object };
  const tree = { description: 'A tree.', $ref: '#/definitions/tree' };
  return JSON.stringify({
    ...schema,
    properties: { ...schema.properties, nodeSelector: tree },
    definitions: {
      tree: {
        type: 'object',
        properties: { left: tree, right: { allOf: [tree] } },
        additionalProperties: { $ref: '#/definitions/other' },
      },
      other: { anyOf: [{ items: { $ref: '#/definitions/tree' } }, { type: 'string' }] },
    },
  });
}

/** Every file that a person writes, and what is read of it. */
export const WRITTEN: readonly Subject[] = [
  {
    name: 'recipe.yaml',
    format: 'yaml',
    documents: [await readFile(join(FIXTURE, 'recipe.yaml'), 'utf8')],
    read: async (text) => {
      const recipe = parseRecipe(text, 'recipe.yaml');
      wantedImages(recipe, manifest);
      await chartOf({}, { project: { ...project, recipe } });
    },
  },
  {
    name: 'recipe.yaml with every kind of entry',
    format: 'yaml',
    documents: [await readFile(join(ROOT, 'recipe.yaml'), 'utf8')],
    read: async (text) => {
      const recipe = parseRecipe(text, 'recipe.yaml');
      wantedImages(recipe, large.manifest);
      await chartOf({}, { ...large, project: { ...large.project, recipe } });
    },
  },
  {
    name: 'values.schema.json',
    format: 'json',
    documents: [file('values.schema.json'), recursive()],
    read: (text) => chartOf({ 'values.schema.json': text }),
  },
  {
    name: 'templates/schema',
    format: 'json',
    documents: [file('templates/schema/path.json')],
    read: (text) => chartOf({ 'templates/schema/path.json': text }),
  },
  {
    name: 'templates/objects',
    format: 'yaml',
    documents: [ALL_KINDS.objects],
    read: (text) => chartOf({ 'templates/objects/own.yaml': text }),
  },
  {
    name: 'templates/*.hbs',
    format: 'text',
    documents: [
      'a: {{chart}} [[ .Values.x ]]\n{{#each images}}\n- {{json this}}: {{cell value}}\n{{/each}}\n',
    ],
    read: (text) => chartOf({ 'templates/x.yaml.hbs': text }),
  },
  {
    name: 'templates/ci',
    format: 'yaml',
    documents: [ALL_KINDS.ci],
    read: (text) => chartOf({ 'templates/ci/x-values.yaml': text }),
  },
  {
    name: 'CHANGELOG.md',
    format: 'text',
    documents: [file('CHANGELOG.md'), '## [0.2.0-rc.1]\n### constructor\n- x\n'],
    read: (text) => chartOf({ 'CHANGELOG.md': text }),
  },
  {
    name: 'upstream/lock.yaml',
    format: 'yaml',
    documents: [formatLock(lock)],
    read: async (text) => {
      const read = parseLock(text, 'lock.yaml');
      formatLock(read);
      await chartOf({}, { lock: read });
    },
  },
  {
    name: 'upstream/manifest.yaml',
    format: 'yaml',
    documents: [canonicalText(manifest), ALL_KINDS.objects],
    read: async (text) => {
      const read = parseManifest(text, 'manifest.yaml');
      documentsDigest(read);
      parseManifest(canonicalText(read), 'canonical');
      await chartOf({}, { manifest: read });
    },
  },
  {
    name: 'argocd --values',
    format: 'yaml',
    documents: [ALL_KINDS.values, ALL_KINDS.ci],
    read: (text) => {
      const { data } = parseYaml(text, 'values.yaml');
      const values = mergeFiles({ image: { tag: 'v0' } }, isObject(data) ? data : {});
      argoFiles({
        deployment: { ...DEPLOYMENT, values },
        oci: true,
        wrapper: 'apps/a',
        departures: [],
        created: '',
      });
    },
  },
  {
    name: 'review --values',
    format: 'yaml',
    documents: [ALL_KINDS.values, ALL_KINDS.ci],
    read: (text) => {
      const { defaults } = small.model;
      const render = (values: JsonObject): readonly JsonObject[] => renderOwn(small, { values, release });
      // As the page does it, then as the command does.
      trial(text, { defaults, validate: (values) => validator.validate(values), render });
      const { data } = parseYaml(text, 'site.yaml');
      const values = isObject(data) ? data : {};
      setFlags(values);
      printMarkdown(reviewChart(small, upstreamSide(small), { values, release }));
    },
  },
  {
    name: "docker's config.json",
    format: 'json',
    documents: [ALL_KINDS.config],
    read: (text) => {
      for (const host of ['r.test', 'docker.io', 'other.test', 'constructor'])
        storedLogin(text, host, 'config.json');
    },
  },
  {
    name: 'Chart.yaml',
    format: 'yaml',
    documents: [small.files.get('Chart.yaml') ?? ''],
    read: (text) => {
      const metadata = parseMetadata(text);
      configBlob(metadata);
      manifestAnnotations(metadata, '2026-01-01T00:00:00Z');
    },
  },
  {
    name: 'index.json',
    format: 'json',
    documents: [ALL_KINDS.index],
    read: (text) => parseIndex(text, 'index.json'),
  },
];

const DEPLOYMENT = {
  application: 'a',
  argocdNamespace: 'argocd',
  project: 'default',
  namespace: 'default',
  chart: 'c',
  version: '1.0.0',
  digest: 'sha256:0',
  repository: 'r.test/o',
} as const satisfies Readonly<Record<string, Json>>;
