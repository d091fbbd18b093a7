import { isObject, listOf } from '../json/tree.ts';
import { fieldAt } from '../kubernetes/field.ts';
import { below, together, type Proposal, type Spot } from './draft.ts';
import { fieldDraft, leftAt, type FieldPlace, type FieldRow } from './field-draft.ts';
import { camel, distinct } from './names.ts';
import type { Subject } from './subject.ts';
import { ends, type Workload } from './workloads.ts';

/** Fields of a workload's spec. */
const SPEC_ROWS: readonly FieldRow[] = [
  { kind: 'replicas', field: 'replicas' },
  { kind: 'schedule', field: 'schedule', required: true },
  { kind: 'updateStrategy', field: 'updateStrategy' },
  { kind: 'updateStrategy', field: 'strategy', name: 'updateStrategy' },
];

/** Fields of a pod's spec. */
const POD_ROWS: readonly FieldRow[] = [
  { kind: 'securityContext', field: 'securityContext', name: 'podSecurityContext' },
  { kind: 'scheduling', field: 'nodeSelector' },
  { kind: 'scheduling', field: 'tolerations' },
  { kind: 'scheduling', field: 'affinity' },
  { kind: 'scheduling', field: 'topologySpreadConstraints' },
  { kind: 'scheduling', field: 'priorityClassName' },
];

/** What is set of pods that end, too. */
const OF_ALL = new Set(['securityContext', 'nodeSelector', 'tolerations']);

/** What people set of workloads and their pods. */
export function podValues({ workloads }: Subject): Proposal {
  return together(
    workloads.flatMap((workload) => [
      specValues(workload),
      ...POD_ROWS.filter(({ field }) => !ends(workload) || OF_ALL.has(field)).map((row) =>
        fieldDraft(row, podPlace(workload, row)),
      ),
      hostPaths(workload),
      ...(ends(workload) ? [] : [podMetadata(workload), extraVolumes(workload)]),
    ]),
  );
}

/** What all drafts of a workload have. */
export function owned({ key, section }: Workload): Pick<FieldPlace, 'section' | 'workload'> {
  return { section, workload: key };
}

function whatOf({ resource }: Workload): string {
  return `${resource.kind}/${resource.name}`;
}

function specValues(workload: Workload): Proposal {
  const { resource, holder, key } = workload;
  const { apiVersion, kind, object } = resource;
  const { spec } = object;
  const type = fieldAt(apiVersion, kind, ['spec'])?.type;
  // A pod of its own has no other spec.
  if (type === undefined || !isObject(spec) || workload.podObject === spec) return together([]);
  return together(
    SPEC_ROWS.map((row) =>
      fieldDraft(row, {
        ...owned(workload),
        what: whatOf(workload),
        type,
        object: spec,
        holder,
        inside: 'spec.',
        path: below(key, row.name ?? row.field),
      }),
    ),
  );
}

function podPlace(workload: Workload, { field, name = field }: FieldRow): FieldPlace {
  return {
    ...owned(workload),
    what: whatOf(workload),
    type: 'core.v1.PodSpec',
    object: workload.podObject,
    holder: workload.pod,
    path: below(workload.key, name),
  };
}

function podMetadata(workload: Workload): Proposal {
  const { holder, key, metadata, metadataPath } = workload;
  if (metadata === undefined || Object.keys(metadata).length === 0) {
    const why = 'the pods have no metadata to add to';
    return { drafts: [], left: [leftAt('podMetadata', { what: whatOf(workload) }, metadataPath, why)] };
  }
  return {
    drafts: (['labels', 'annotations'] as const).map((field) => ({
      ...owned(workload),
      kind: 'podMetadata',
      path: below(key, field === 'labels' ? 'podLabels' : 'podAnnotations'),
      place: 'merge',
      form: 'yaml',
      spots: [
        {
          holder,
          field: `${metadataPath}.${field}`,
          ...(!Object.hasOwn(metadata, field) && { create: true }),
        },
      ],
    })),
    left: [],
  };
}

function hostPaths(workload: Workload): Proposal {
  const named = listOf(workload.podObject['volumes']).flatMap((volume) => {
    if (!isObject(volume) || typeof volume['name'] !== 'string' || !isObject(volume['hostPath'])) return [];
    return typeof volume['hostPath']['path'] === 'string' ? [volume['name']] : [];
  });
  const keys = distinct(named, (name) => [camel(name)]);
  return {
    drafts: named.map((name) => ({
      ...owned(workload),
      kind: 'hostPaths',
      path: below(workload.key, `hostPaths.${keys.get(name) ?? ''}`),
      place: 'replace',
      form: 'value',
      spots: [{ holder: workload.pod, field: `volumes.[name=${name}].hostPath.path` }],
    })),
    left: [],
  };
}

function extraVolumes(workload: Workload): Proposal {
  const spot: Spot = {
    holder: workload.pod,
    field: 'volumes',
    ...(!Object.hasOwn(workload.podObject, 'volumes') && { create: true }),
  };
  return {
    drafts: [
      {
        ...owned(workload),
        kind: 'extraVolumes',
        path: below(workload.key, 'extraVolumes'),
        place: 'append',
        form: 'yaml',
        unique: 'name',
        spots: [spot],
      },
    ],
    left: [],
  };
}
