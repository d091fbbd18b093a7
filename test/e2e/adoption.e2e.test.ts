import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testEngines } from '../helpers/engines.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { getPath } from '../../scripts/json/tree.ts';
import { fieldsIn } from '../helpers/changed-fields.ts';
import { startCluster, type Cluster } from '../helpers/cluster.ts';
import { installedOn, template, uid, type Installed } from '../helpers/installed.ts';
import { hasShared, readShared } from '../helpers/shared-files.ts';
import { ROOT, thisProject } from '../helpers/this-project.ts';
import { describeWith } from '../helpers/tools.ts';

const CHART = join(ROOT, 'chart');
const RUNNING = 'running/multus.yaml';
const CHART_LABELS = [
  'app.kubernetes.io/instance',
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/name',
  'app.kubernetes.io/version',
  'helm.sh/chart',
];
const SYNC = 'argocd.argoproj.io/sync-options';
const OF_THE_SITE = 'bluejay.iamworkin.lan/source';
/** Fields of the pods that stay where they are not taken away. */
const OF_PODS = [
  'spec.template.metadata.annotations.checksum/config',
  'spec.template.spec.nodeSelector.kubernetes.io/os',
  'spec.template.spec.priorityClassName',
];
/** The guide's kubectl command that takes the old processor limit off. */
const WITHOUT_LIMIT = withoutLimit(readFileSync(join(ROOT, 'docs', 'adoption.md'), 'utf8'));
const engines = (await testEngines()).filter(({ version }) => version !== '4.1.4');

/** What the server counts and what kubectl writes down for itself. */
const OWN =
  /(\.generation|template\.generation|last-applied-configuration|managedFields|resourceVersion|\.status)/;

describeWith(['etcd', 'kube-apiserver'], 'adoption on a real API server', () => {
  describe.skipIf(!hasShared(RUNNING))('of what runs (skipped without ../shared)', () => {
    let cluster: Cluster;
    let installed: Installed;
    let before: readonly JsonObject[];
    const running = (): string => readShared(RUNNING);
    /** Fields that are not as they were, as `Kind path`. */
    const left = (): readonly string[] => {
      const now = installed.all();
      expect(now.map(uid)).toEqual(before.map(uid));
      return before.flatMap((object, i) =>
        fieldsIn(object, now[i])
          .filter((field) => !OWN.test(field))
          .map((field) => `${String(object['kind'])} ${field}`),
      );
    };

    beforeAll(async () => {
      cluster = await startCluster();
      installed = installedOn(cluster);
    });
    afterAll(() => cluster?.stop());
    beforeEach(() => {
      cluster.mustKubectl(['apply', '-f', '-'], running());
      before = installed.all();
    });
    afterEach(() => installed.wipe());

    describe.each(engines)('by helm $version', (engine) => {
      it('is in place, and an old file applied and a release forgotten is the way back', async () => {
        // Helm 4 applies on the server, where the fields of a kubectl apply are kubectl's.
        const force = engine.major >= 4 ? ['--force-conflicts'] : [];
        const adopt = ['install', 'multus', CHART, '--take-ownership', ...force];
        expect(await installed.helm(engine, adopt)).toContain('this is the first revision');
        expect(generation(installed)).toBe(2);
        expect(annotations(installed.crd())).toHaveProperty([OF_THE_SITE]);
        // Helm removes no field that it did not write.
        expect(limits(installed)).toEqual({ cpu: '100m', memory: '1Gi' });
        cluster.mustKubectl(WITHOUT_LIMIT);
        expect(limits(installed)).toEqual({ memory: '1Gi' });
        expect(generation(installed)).toBe(3);
        await expect(installed.helm(engine, ['rollback', 'multus'])).rejects.toThrow('no 0 version');

        cluster.mustKubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], running());
        cluster.mustKubectl('-n kube-system delete secret -l owner=helm,name=multus'.split(' '));
        expect(await installed.helm(engine, ['list', '--short'])).toBe('');
        expect(generation(installed)).toBe(4);
        const stays = [
          ...CHART_LABELS.map((key) => `metadata.labels.${key}`),
          'metadata.annotations.meta.helm.sh/release-name',
          'metadata.annotations.meta.helm.sh/release-namespace',
        ];
        expect(left()).toEqual(
          everywhere(before, stays, {
            CustomResourceDefinition: [
              `metadata.annotations.${SYNC}`,
              'metadata.annotations.argocd.argoproj.io/sync-wave',
              'metadata.annotations.helm.sh/resource-policy',
            ],
            DaemonSet: OF_PODS,
          }),
        );
        await installed.helm(engine, adopt);
        expect(installed.all().map(uid)).toEqual(before.map(uid));
      });
    });

    describe('by Argo CD', () => {
      let text: string;
      beforeAll(async () => {
        const { project } = await thisProject();
        const release = { name: 'infra-multus', namespace: 'kube-system' };
        text = await (engines.at(-1) as Helm).template(CHART, release, project.recipe.argocd?.values ?? {});
      });

      /**
       * One server-side apply, which takes the field that goes (the limit) off by a second write;
       * the next sync finds nothing to do.
       */
      const adopt = (): void => {
        for (let sync = 0; sync < 2; sync += 1) {
          apply(cluster, text);
          expect(installed.all().map(uid)).toEqual(before.map(uid));
          expect(limits(installed)).toEqual({ memory: '1Gi' });
          expect(generation(installed)).toBe(3);
        }
        expect(template(installed.daemonSet())).not.toEqual(template(before[0]));
      };

      it('is shown by kubectl diff, with what the server counts and without the annotation that goes', () => {
        const { stdout } = cluster.kubectl(['diff', '--server-side', '--force-conflicts', '-f', '-'], text);
        expect(stdout).toMatch(/^\+ +image: .*@sha256:/m);
        for (const own of ['generation: 2', 'deprecated.daemonset.template.generation: "2"'])
          expect(stdout).toMatch(new RegExp(`^\\+ +${own}$`, 'm'));
        expect(stdout).toMatch(
          /^\+ +kubectl\.kubernetes\.io\/last-applied-configuration|^\+ +\{"apiVersion"/m,
        );
        expect(stdout).not.toMatch(new RegExp(`^- +${OF_THE_SITE}`, 'm'));
        expect(left()).toEqual([]);
        adopt();
        expect(annotations(installed.crd())).not.toHaveProperty([OF_THE_SITE]);
      });

      it('is one restart, and a server-side apply of the old file takes everything back', () => {
        adopt();
        apply(cluster, running());
        expect(generation(installed)).toBe(4);
        expect(left()).toEqual([]);
      });

      it('leaves what the guide says where the old file is applied by the client', () => {
        adopt();
        cluster.mustKubectl(['apply', '--field-manager=argocd-controller', '-f', '-'], running());
        expect(generation(installed)).toBe(4);
        const stays = [
          ...CHART_LABELS.map((key) => `metadata.labels.${key}`),
          `metadata.annotations.${SYNC}`,
        ];
        expect(left()).toEqual(
          everywhere(before, stays, {
            CustomResourceDefinition: [
              'metadata.annotations.argocd.argoproj.io/sync-wave',
              'metadata.annotations.helm.sh/resource-policy',
            ],
            DaemonSet: OF_PODS,
          }),
        );
      });
    });
  });
});

/** Fields of every object, and more of some kinds, as `left` lists them. */
function everywhere(
  objects: readonly JsonObject[],
  fields: readonly string[],
  more: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  return objects.flatMap(({ kind }) =>
    [...fields, ...(more[String(kind)] ?? [])].toSorted().map((field) => `${String(kind)} ${field}`),
  );
}

function annotations(object: JsonObject | undefined): unknown {
  return getPath(object ?? {}, 'metadata.annotations');
}

/** The limits of the daemon. */
function limits(installed: Installed): unknown {
  const [daemon] = getPath(
    installed.daemonSet() ?? {},
    'spec.template.spec.containers',
  ) as readonly JsonObject[];
  return getPath(daemon ?? {}, 'resources.limits');
}

function withoutLimit(guide: string): readonly string[] {
  const [, args = '', patch = ''] = /^    kubectl (.* patch ds .* -p) '(.*)'$/m.exec(guide) ?? [];
  return [...args.split(' '), patch];
}

function generation(installed: Installed): unknown {
  return getPath(installed.daemonSet() ?? {}, 'metadata.generation');
}

/** As Argo CD does with ServerSideApply=true. */
function apply(cluster: Cluster, text: string): void {
  const flags = ['--server-side', '--force-conflicts', '--field-manager=argocd-controller'];
  cluster.mustKubectl(['apply', ...flags, '-f', '-'], text);
}
