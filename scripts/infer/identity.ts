import { isImage, parseImage } from '../chart/image.ts';
import type { Manifest, Resource } from '../manifest/manifest.ts';
import type { ChartIdentity } from '../recipe/types.ts';
import { commonWords, withoutKind, withoutVersion } from './names.ts';
import { metadataOf } from './metadata.ts';
import { mostOf } from './namespace.ts';
import type { Subject } from './subject.ts';
import { ends, type Workload } from './workloads.ts';

const RUNS_PODS = new Set(['Deployment', 'DaemonSet', 'StatefulSet', 'Job', 'CronJob', 'Pod', 'ReplicaSet']);
const NAME = 'app.kubernetes.io/name';

/**
 * A name for the chart: what most workloads call themselves by the labels that Kubernetes recommends, else
 * the words that their names share, else what the manifest's and its file's name agree on, else the namespace.
 *
 * @param fallback the file's name, for a manifest that says nothing
 */
export function chartName({ resources }: Manifest, fallback: string): string {
  const workloads = resources.filter(({ kind }) => RUNS_PODS.has(kind));
  const names = workloads.map(({ name }) => withoutVersion(withoutKind(name)));
  const [only, ...others] = names;
  const isSingle = only !== undefined && others.length === 0;
  const labelled = (label: string): string | undefined => sharedLabel(resources, workloads, label);
  const namespace = mostOf(resources.flatMap((resource) => resource.namespace ?? []));
  const isCommon = namespace === undefined || ['kube-system', 'default'].includes(namespace);
  const space = isCommon ? undefined : namespace.replace(/-system$/, '');
  return (
    [
      // Of a single workload its own name says more than what it is a part of.
      isSingle && labelled(NAME) === only ? only : undefined,
      labelled('app.kubernetes.io/part-of'),
      isSingle ? labelled(NAME) : commonWords(names).join('-'),
      labelled('k8s-app'),
      isSingle ? labelled('app') : undefined,
      labelled(NAME),
      agreed(fallback, [...names, ...LABELS.flatMap((label) => valuesOf(resources, label)), space ?? '']),
      isSingle ? only : wordsOfMost(names),
      space,
      fallback,
    ]
      .map((name) => dnsName(name ?? ''))
      .find((name) => name !== '') ?? 'chart'
  );
}

const LABELS = ['app', 'k8s-app', NAME] as const;

/** What more than half of the workloads say by a label; of a manifest without workloads most of its objects. */
function sharedLabel(
  resources: readonly Resource[],
  workloads: readonly Resource[],
  label: string,
): string | undefined {
  if (workloads.length < 2) return mostOf(valuesOf(resources, label));
  const values = valuesOf(workloads, label);
  const most = mostOf(values);
  return values.filter((value) => value === most).length * 2 > workloads.length ? most : undefined;
}

/** The longest name with which the file's begins. */
function agreed(file: string, names: readonly string[]): string | undefined {
  const fits = names.filter((name) => name !== '' && `${file}-`.startsWith(`${dnsName(name)}-`));
  return fits.toSorted((a, b) => b.length - a.length)[0];
}

/** The words with which more than half of the names begin. */
function wordsOfMost(names: readonly string[]): string | undefined {
  const word = mostOf(names.map((name) => name.split('-', 1)[0] ?? ''));
  const own = names.filter((name) => name.split('-', 1)[0] === word);
  return own.length * 2 > names.length ? commonWords(own).join('-') : undefined;
}

function valuesOf(resources: readonly Resource[], label: string): readonly string[] {
  return resources.flatMap(({ object }) => {
    const value = metadataOf(object, 'labels')[label];
    return typeof value === 'string' && value !== '' ? [value] : [];
  });
}

/** Helm takes no longer name of a release. */
const MOST_OF_NAME = 53;

/** A text as the name of a chart; '' when nothing of it can be one. */
export function dnsName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, MOST_OF_NAME)
    .replace(/-+$/, '');
}

function tagOf({ containers }: Workload): string {
  const main = containers.find(({ isMain }) => isMain)?.object['image'];
  return typeof main === 'string' && isImage(main) ? parseImage(main).tag : '';
}

/** What the chart is, as far as the manifest tells; the version is that of the workload with its name, else what most run. */
export function identityOf(subject: Subject, version: string | undefined): ChartIdentity {
  const { chart, workloads } = subject;
  const lasting = workloads.filter((one) => !ends(one));
  const tags = (lasting.length > 0 ? lasting : workloads).map(tagOf);
  const count = (tag: string): number => tags.filter((other) => other === tag).length;
  const most = tags.filter((one) => one !== '').toSorted((a, b) => count(b) - count(a));
  const named = lasting.filter(({ resource }) => resource.name === chart).map(tagOf);
  const [tag = ''] = [...named.filter((one) => one !== ''), ...most];
  return {
    name: chart,
    version: '0.1.0',
    appVersion: version ?? (tag || '0'),
    description: `${chart}, as its upstream manifest has it.`,
    license: 'NOASSERTION',
  };
}
