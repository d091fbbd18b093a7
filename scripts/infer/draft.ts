import type { Json } from '../json/json.ts';
import type { Form, ListReference, Placement, Select } from '../recipe/entry.ts';

/** What values can be inferred, by the words of `--select` and `--skip`, in the order of a values.yaml. */
export const VALUE_KINDS = {
  image: 'image references, in containers and outside',
  pullPolicy: 'image pull policies',
  imagePullSecrets: 'image pull secrets',
  jobs: 'names of Jobs that follow their content',
  replicas: 'replicas',
  schedule: 'schedules of CronJobs',
  updateStrategy: 'update strategies',
  resources: 'resources',
  extraArgs: 'further arguments',
  extraEnv: 'further environment variables',
  ports: 'ports of containers',
  probes: 'probes',
  securityContext: 'security contexts of pods and containers',
  scheduling: 'node selectors, tolerations, affinity, priority, topology spread',
  podMetadata: 'labels and annotations of pods',
  hostPaths: 'host paths',
  extraVolumes: 'further volumes and mounts',
  service: 'type, ports and annotations of services',
  config: 'contents of ConfigMaps',
  serviceAccount: 'service accounts: made or not, name, annotations',
  rbac: 'roles and bindings, there or not',
  crds: 'CustomResourceDefinitions, there or not, kept on uninstall',
  namespace: 'the namespace, and whether the chart makes it',
  commonLabels: 'labels and annotations of all objects',
} as const;

export type ValueKind = keyof typeof VALUE_KINDS;

/** What entries select, with the name that the recipe gives it when several do. */
export interface Holder {
  readonly name: string;
  readonly select: Select;
  /** Field path below that of `of`, or of the resource. */
  readonly at?: string;
  /** What this one lies in. */
  readonly of?: Holder;
}

/** A field that a draft means. */
export interface Spot {
  readonly holder: Holder;
  /** Field path below the holder; '' for a whole document. */
  readonly field: string;
  readonly reject?: readonly Select[];
  readonly create?: true;
  readonly after?: string;
}

/** An entry of the recipe, before it is held against the manifest. */
export interface Draft {
  readonly kind: ValueKind;
  readonly path: string;
  /** Heading of the recipe under which it stands. */
  readonly section: string;
  readonly place: Placement;
  readonly form: Form;
  readonly default?: Json;
  readonly reason?: string;
  readonly content?: Json;
  readonly unique?: string;
  readonly refers?: ListReference;
  readonly check?: 'limits';
  /** Of an image that stands in longer texts, too: its reference there. */
  readonly token?: string;
  /** Of a checksum: the values that the content is made of. */
  readonly of?: readonly string[];
  readonly spots: readonly Spot[];
  /** What a reader of the recipe should know. */
  readonly note?: string;
  /** Key of the workload that it belongs to, `''` of the only one. */
  readonly workload?: string;
}

/** What stays as upstream has it. */
export interface Left {
  readonly kind: ValueKind;
  /** `Kind/name field`. */
  readonly what: string;
  readonly why: string;
}

/** What one family of values proposes. */
export interface Proposal {
  readonly drafts: readonly Draft[];
  readonly left: readonly Left[];
}

export function together(proposals: readonly Proposal[]): Proposal {
  return {
    drafts: proposals.flatMap(({ drafts }) => drafts),
    left: proposals.flatMap(({ left }) => left),
  };
}

/** Path of a value below a prefix, which may be empty. */
export function below(prefix: string, path: string): string {
  return prefix === '' ? path : `${prefix}.${path}`;
}
