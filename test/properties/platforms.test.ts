import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { newestEngine } from '../helpers/engines.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { getPath } from '../../scripts/json/tree.ts';
import { render, schemaOf, subjectOf } from '../helpers/theorem.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';

interface Facts {
  readonly hostPaths: Readonly<Record<string, string>>;
  readonly cniBinMountPath: string | undefined;
  /** Only where the plugins are links. */
  readonly linkTargetsMountPath?: string;
  readonly binDir: string | null;
}

interface Volume {
  readonly name: string;
  readonly hostPath?: { readonly path: string };
}

interface PodSpec {
  readonly volumes: readonly Volume[];
  readonly containers: readonly {
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  }[];
}

const engines = await newestEngine();
const built = await thisProject();
const subject = await subjectOf(built);
const release = { name: 'multus', namespace: 'kube-system' };
const expected = parse(await readFile(join(ROOT, 'test', 'fixtures', 'platforms.yaml'), 'utf8')) as Readonly<
  Record<string, Facts>
>;
const platforms = Object.entries(expected);

afterAll(() => rm(dirname(subject.directory), { recursive: true }));

function ofKind(objects: readonly JsonObject[], kind: string): JsonObject {
  const found = objects.find((object) => object['kind'] === kind);
  if (found === undefined) throw new Error(`No ${kind} is rendered`);
  return found;
}

/** What the rendered objects say of the host. */
function factsOf(objects: readonly JsonObject[]): Facts {
  const spec = getPath(ofKind(objects, 'DaemonSet'), 'spec.template.spec') as unknown as PodSpec;
  const data = ofKind(objects, 'ConfigMap')['data'] as JsonObject;
  const mountPathOf = (volume: string): string | undefined =>
    spec.containers[0]?.volumeMounts.find(({ name }) => name === volume)?.mountPath;
  const linkTargetsMountPath = mountPathOf('cnibin-link-targets');
  const config = JSON.parse(String(data['daemon-config.json'])) as { readonly binDir?: string };
  return {
    hostPaths: Object.fromEntries(
      spec.volumes.flatMap(({ name, hostPath }) => (hostPath === undefined ? [] : [[name, hostPath.path]])),
    ),
    cniBinMountPath: mountPathOf('cnibin'),
    ...(linkTargetsMountPath !== undefined && { linkTargetsMountPath }),
    binDir: config.binDir ?? null,
  };
}

test('the fixture, the recipe and the schema name the same platforms', () => {
  const named = platforms.map(([name]) => name).toSorted();
  expect(Object.keys(built.project.recipe.presets?.options ?? {}).toSorted()).toEqual(named);
  expect((getPath(schemaOf(subject), 'properties.platform.enum') as string[]).toSorted()).toEqual(named);
});

describe.each(engines)('helm $version', (helm) => {
  test.each(platforms)('%s has exactly its paths', async (platform, facts) => {
    expect(factsOf(await render(subject, helm, { platform }, release))).toEqual(facts);
  });

  test.each(platforms)('a path that is set wins over %s', async (platform, facts) => {
    const mounts = { cniBin: { hostPath: '/x' } };
    expect(factsOf(await render(subject, helm, { platform, mounts }, release))).toEqual({
      ...facts,
      hostPaths: { ...facts.hostPaths, cnibin: '/x' },
      cniBinMountPath: '/x',
      binDir: '/x',
    });
  });

  test.each(platforms)('a path that is set to the generic one wins over %s', async (platform, facts) => {
    const mounts = { cniBin: { hostPath: '/opt/cni/bin' } };
    expect(factsOf(await render(subject, helm, { platform, mounts }, release))).toEqual({
      ...facts,
      hostPaths: { ...facts.hostPaths, cnibin: '/opt/cni/bin' },
      cniBinMountPath: '/opt/cni/bin',
      binDir: null,
    });
  });
});
