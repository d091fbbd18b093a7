import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { testEngines } from '../helpers/engines.ts';
import { mergeFiles } from '../../scripts/json/merge-values.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { getPath } from '../../scripts/json/tree.ts';
import { adoptionGuide } from '../helpers/adoption-guide.ts';
import { immutableChanges, lostObjects } from '../helpers/adoption.ts';
import { commandBehind } from '../helpers/chart-guide.ts';
import { fieldsIn } from '../helpers/changed-fields.ts';
import { hasShared, readShared } from '../helpers/shared-files.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';

const RUNNING = 'running/multus.yaml';
const RELEASE = { name: 'infra-multus', namespace: 'kube-system' };
/** Fields of which the guide names the keys. */
const MAP = /^(spec\.template\.)?metadata\.(labels|annotations)/;
/** What is a key in the words of the guide, and not a value. */
const KEY = /^[\w.-]+\/[\w.-]+$/;

function objectsOf(text: string, name: string): readonly JsonObject[] {
  return parseManifest(text, name).resources.map(({ object }) => object);
}

/** Changes as the guide lists them: kind and field, and the key where the field is a map of such. */
function changesOf(before: readonly JsonObject[], after: readonly JsonObject[]): readonly string[] {
  const changes = before.flatMap((object) => {
    const kind = String(object['kind']);
    const now = after.find((candidate) => candidate['kind'] === kind);
    return fieldsIn(object, now).map((path) => {
      const [map] = MAP.exec(path) ?? [];
      // A command is one thing.
      const field = path.replace(/\.command\.\d+$/, '.command');
      return map === undefined ? `${kind} ${field}` : `${kind} ${map} ${path.slice(map.length + 1)}`;
    });
  });
  return unique(changes);
}

function unique(items: readonly string[]): readonly string[] {
  return [...new Set(items)].toSorted();
}

it('the guide has the README’s command that lists pods without their networks', () => {
  const guide = readFileSync(join(ROOT, 'docs', 'adoption.md'), 'utf8').replaceAll(/^ {4}/gm, '');
  expect(guide).toContain(commandBehind('have no network-status'));
});

describe.skipIf(!hasShared(RUNNING))('adoption of what runs (skipped without ../shared)', () => {
  let running: readonly JsonObject[];
  let values: JsonObject;
  let adopted: readonly (readonly JsonObject[])[];
  const render = async (own: JsonObject): Promise<readonly (readonly JsonObject[])[]> =>
    Promise.all(
      (await testEngines()).map(async (helm) =>
        objectsOf(await helm.template(join(ROOT, 'chart'), RELEASE, own), helm.version),
      ),
    );

  beforeAll(async () => {
    running = objectsOf(readShared(RUNNING), RUNNING);
    values = (await thisProject()).project.recipe.argocd?.values ?? {};
    adopted = await render(values);
  });

  it('loses no object', () => {
    for (const objects of adopted) expect(lostObjects(running, objects)).toEqual([]);
  });

  it('changes no immutable field', () => {
    for (const objects of adopted) expect(immutableChanges(running, objects)).toEqual([]);
  });

  it('changes exactly what the guide’s table lists: fields, and keys of labels and annotations', () => {
    const kinds = running.map(({ kind }) => String(kind));
    const listed = adoptionGuide().rows.flatMap(({ object, fields, named }) =>
      (object === 'every object' ? kinds : [object]).flatMap((kind) =>
        fields.flatMap((field) =>
          MAP.test(field)
            ? named.filter((name) => KEY.test(name)).map((key) => `${kind} ${field} ${key}`)
            : [`${kind} ${field}`],
        ),
      ),
    );
    for (const objects of adopted) expect(changesOf(running, objects)).toEqual(unique(listed));
  });

  it('leaves the pods as they are with the values that the guide gives for it', async () => {
    const own = adoptionGuide().withoutRestart['multus'] as JsonObject;
    const pods = (objects: readonly JsonObject[]): unknown =>
      getPath(objects.find(({ kind }) => kind === 'DaemonSet') ?? {}, 'spec.template');
    expect(pods(running)).toBeDefined();
    for (const objects of await render(mergeFiles(values, own))) expect(pods(objects)).toEqual(pods(running));
    for (const objects of adopted) expect(pods(objects)).not.toEqual(pods(running));
  });

  it('would be seen if a selector changed or an object went', () => {
    const renamed = running.map((object) => structuredClone(object));
    const daemonSet = renamed.find(({ kind }) => kind === 'DaemonSet') as
      | { spec: { selector: unknown } }
      | undefined;
    if (daemonSet !== undefined) daemonSet.spec.selector = { matchLabels: { app: 'other' } };
    expect(immutableChanges(running, renamed)).toEqual(['DaemonSet/kube-multus-ds spec.selector']);
    expect(lostObjects(running, running.slice(1))).toHaveLength(1);
  });
});
