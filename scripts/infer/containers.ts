import { below, together, type Draft, type Proposal, type Spot } from './draft.ts';
import { fieldDraft, isEmpty, leftAt, type FieldPlace, type FieldRow } from './field-draft.ts';
import { camel, distinct } from './names.ts';
import { asText, listOf, objectsIn } from '../json/tree.ts';
import { elementOf } from './paths.ts';
import { owned } from './pods.ts';
import type { Subject } from './subject.ts';
import { ends, type Container, type Workload } from './workloads.ts';

const ROWS: readonly FieldRow[] = [
  { kind: 'resources', field: 'resources', check: 'limits' },
  { kind: 'probes', field: 'livenessProbe' },
  { kind: 'probes', field: 'readinessProbe' },
  { kind: 'probes', field: 'startupProbe' },
  { kind: 'securityContext', field: 'securityContext' },
];

/** What people set of containers. */
export function containerValues({ workloads }: Subject): Proposal {
  return together(
    workloads.flatMap((workload) =>
      workload.containers.flatMap((container) => [
        // Kubernetes refuses probes of init containers that end; those of a Job nobody waits for.
        ...ROWS.filter(({ kind }) => kind !== 'probes' || !isShort(workload, container)).map((row) =>
          fieldDraft(row, fieldPlace(workload, container, row)),
        ),
        ...(isShort(workload, container)
          ? []
          : [extraArgs(workload, container), additions(workload, container), ports(workload, container)]),
      ]),
    ),
  );
}

function whatOf({ resource }: Workload, { name }: Container): string {
  return `${resource.kind}/${resource.name} ${name}`;
}

function fieldPlace(workload: Workload, container: Container, { field, name = field }: FieldRow): FieldPlace {
  return {
    ...owned(workload),
    what: whatOf(workload, container),
    type: 'core.v1.Container',
    object: container.object,
    holder: container.holder,
    inList: true,
    path: below(container.key, name),
    ...(Object.hasOwn(container.object, 'image') && { after: 'image' }),
  };
}

/** Whether a container does its work and ends: then what it does is upstream's. */
function isShort(workload: Workload, { isInit, object }: Container): boolean {
  return ends(workload) || (isInit && object['restartPolicy'] !== 'Always');
}

/** Arguments go behind those that are there, or behind the command, unless that is a script. */
function extraArgs(workload: Workload, container: Container): Proposal {
  const { args, command } = container.object;
  const words = [command, args].flatMap(listOf);
  const script = words.some(
    (_, i) => i > 0 && /^-\w*c$/.test(asText(words[i - 1])) && i === words.length - 1,
  );
  if (script || asText(words.at(-1) ?? '').includes('\n')) {
    const why = 'its command is a script of a shell, which takes no further arguments';
    return { drafts: [], left: [leftAt('extraArgs', { what: whatOf(workload, container) }, 'args', why)] };
  }
  return appended(workload, container, { kind: 'extraArgs', field: 'args' });
}

function additions(workload: Workload, container: Container): Proposal {
  const env = appended(workload, container, { kind: 'extraEnv', field: 'env', unique: 'name' });
  const mounts = appended(workload, container, {
    kind: 'extraVolumes',
    name: 'extraVolumeMounts',
    field: 'volumeMounts',
    unique: 'mountPath',
    refers: { key: 'name', to: below(workload.key, 'extraVolumes') },
  });
  return together([env, mounts]);
}

/** What is added behind a list of a container. */
interface Addition extends Pick<Draft, 'unique' | 'refers'> {
  readonly kind: 'extraArgs' | 'extraEnv' | 'extraVolumes';
  /** The value's name, where it is another than the kind. */
  readonly name?: string;
  readonly field: string;
}

function appended(
  workload: Workload,
  container: Container,
  { kind, name = kind, field, ...rules }: Addition,
): Proposal {
  const { key, holder, object } = container;
  const list = object[field];
  if (Object.keys(object)[0] === field && (list === null || isEmpty(list ?? null))) {
    const why = 'it is empty and the first key of its container, so nothing can stand in its place';
    return { drafts: [], left: [leftAt(kind, { what: whatOf(workload, container) }, field, why)] };
  }
  const spot: Spot = { holder, field, ...(!Object.hasOwn(object, field) && { create: true }) };
  const draft: Draft = {
    ...owned(workload),
    ...rules,
    kind,
    path: below(key, name),
    place: 'append',
    form: 'yaml',
    spots: [spot],
  };
  return { drafts: [draft], left: [] };
}

function ports(workload: Workload, container: Container): Proposal {
  const all = objectsIn(container.object['ports']);
  const keys = distinct(all, ({ name, containerPort, protocol }) => [
    typeof name === 'string' ? camel(name) : `port${asText(containerPort)}`,
    `port${asText(containerPort)}${asText(protocol ?? '').toLowerCase()}`,
  ]);
  return {
    drafts: all.flatMap((port) =>
      (['containerPort', 'hostPort'] as const).flatMap((field) =>
        typeof port[field] === 'number'
          ? [
              {
                ...owned(workload),
                kind: 'ports' as const,
                path: below(
                  container.key,
                  `${field === 'hostPort' ? 'hostPorts' : 'ports'}.${keys.get(port) ?? ''}`,
                ),
                place: 'replace' as const,
                form: 'value' as const,
                spots: [
                  { holder: container.holder, field: `ports.${elementOf(all, all.indexOf(port))}.${field}` },
                ],
              },
            ]
          : [],
      ),
    ),
    left: [],
  };
}
