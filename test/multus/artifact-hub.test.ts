import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { thisProject } from '../helpers/this-project.ts';

/** Artifact Hub's categories (docs/helm_annotations.md). */
const CATEGORIES = [
  'ai-machine-learning',
  'database',
  'integration-delivery',
  'monitoring-logging',
  'networking',
  'security',
  'storage',
  'streaming-messaging',
];
const CHANGE_KINDS = ['added', 'changed', 'deprecated', 'removed', 'fixed', 'security'];

interface ChartYaml {
  readonly icon: string;
  readonly home: string;
  readonly keywords: readonly string[];
  readonly maintainers: readonly { readonly name: string; readonly email: string }[];
  readonly annotations: Readonly<Record<string, string>>;
}

async function chartYaml(): Promise<ChartYaml> {
  const { files } = await thisProject();
  return parse(files.get('Chart.yaml') ?? '') as ChartYaml;
}

it('Chart.yaml has what Artifact Hub shows: icon, home, keywords, maintainers, category, licence', async () => {
  const chart = await chartYaml();
  expect(chart.icon).toMatch(/^https:\/\/\S+\.(png|svg)$/);
  expect(chart.home).toMatch(/^https:/);
  expect(chart.keywords).toContain('networking');
  expect(chart.maintainers.length).toBeGreaterThan(0);
  for (const { name, email } of chart.maintainers)
    expect(`${name} <${email}>`).toMatch(/^\S.* <\S+@\S+\.\S+>$/);
  expect(CATEGORIES).toContain(chart.annotations['artifacthub.io/category']);
  expect(chart.annotations['artifacthub.io/license']).toBe('Apache-2.0');
});

it('every annotation is a string, and those of Artifact Hub hold YAML of the documented form', async () => {
  const { annotations } = await chartYaml();
  for (const value of Object.values(annotations)) expect(typeof value).toBe('string');
  const changes = parse(annotations['artifacthub.io/changes'] ?? '') as readonly {
    kind: string;
    description: string;
  }[];
  for (const { kind, description } of changes) {
    expect(CHANGE_KINDS).toContain(kind);
    expect(description).not.toBe('');
  }
  const images = parse(annotations['artifacthub.io/images'] ?? '') as readonly {
    image: string;
    platforms: readonly string[];
  }[];
  expect(images).toHaveLength(1);
  for (const { image, platforms } of images) {
    expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
    expect(platforms).toContain('linux/arm64');
  }
  const crds = parse(annotations['artifacthub.io/crds'] ?? '') as readonly Readonly<Record<string, string>>[];
  expect(crds.map(({ kind }) => kind)).toEqual(['NetworkAttachmentDefinition']);
  for (const crd of crds)
    expect(Object.keys(crd).toSorted()).toEqual(['description', 'displayName', 'kind', 'name', 'version']);
});
