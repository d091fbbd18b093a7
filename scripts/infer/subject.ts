import type { Manifest, Resource } from '../manifest/manifest.ts';
import { byBytes } from '../json/by-bytes.ts';
import { stemsOf, workloadsOf, type Workload } from './workloads.ts';

/** A manifest as the families of values look at it. */
export interface Subject {
  /** The chart's name. */
  readonly chart: string;
  /** By kind and name, so that the order of documents decides nothing. */
  readonly resources: readonly Resource[];
  readonly workloads: readonly Workload[];
  /** Whether CustomResourceDefinitions are files of crds/, which no entry can mean. */
  readonly crdFiles: boolean;
  /** What a short name leaves off in front. */
  readonly stems: readonly string[];
}

/** @param crdFiles whether CustomResourceDefinitions are no templates: then they are left out */
export function subjectOf({ resources }: Manifest, chart: string, crdFiles: boolean): Subject {
  const sorted = inOrder(
    crdFiles ? resources.filter(({ kind }) => kind !== 'CustomResourceDefinition') : resources,
  );
  const workloads = workloadsOf(sorted, chart);
  return { chart, crdFiles, resources: sorted, workloads, stems: stemsOf(workloads, chart) };
}

/** Resources by kind, name and namespace. */
export function inOrder(resources: readonly Resource[]): readonly Resource[] {
  const key = ({ kind, name, namespace = '', apiVersion }: Resource): string =>
    [kind, name, namespace, apiVersion].join('\0');
  return resources
    .map((resource) => ({ resource, key: key(resource) }))
    .toSorted((a, b) => byBytes(a.key, b.key))
    .map(({ resource }) => resource);
}
