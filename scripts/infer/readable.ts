import { groupBy } from '../json/group-by.ts';
import type { Draft, Left, Proposal, ValueKind } from './draft.ts';

/**
 * Ten times what the largest of 75 real manifests has. A person reads no more, and with a few times as many
 * the schema of the values is over 5 MiB, more than Helm reads of one file.
 */
export const MOST_VALUES = 3000;

/** Which kinds are kept first: in the order in which the charts of eighteen large projects have them. */
const RANK: { readonly [K in ValueKind]: number } = {
  image: 1,
  resources: 2,
  crds: 3,
  rbac: 4,
  namespace: 5,
  scheduling: 6,
  imagePullSecrets: 7,
  pullPolicy: 8,
  ports: 9,
  probes: 10,
  securityContext: 11,
  commonLabels: 12,
  serviceAccount: 13,
  podMetadata: 14,
  replicas: 15,
  updateStrategy: 16,
  extraEnv: 17,
  extraArgs: 18,
  hostPaths: 19,
  extraVolumes: 20,
  service: 21,
  config: 22,
  jobs: 23,
  schedule: 24,
};

/** The kinds that fit together into {@link MOST_VALUES}; each of the others is left whole. */
export function readable(drafts: readonly Draft[]): Proposal {
  if (drafts.length <= MOST_VALUES) return { drafts, left: [] };
  const kept = new Set<ValueKind>();
  const left: Left[] = [];
  let room = MOST_VALUES;
  const byKind = [...groupBy(drafts, ({ kind }) => kind)].toSorted(([a], [b]) => RANK[a] - RANK[b]);
  for (const [kind, { length }] of byKind) {
    if (length <= room) {
      kept.add(kind);
      room -= length;
      continue;
    }
    const why = `with these there would be more than ${MOST_VALUES} values; --select ${kind} takes them`;
    left.push({ kind, what: `${length} values`, why });
  }
  return { drafts: drafts.filter(({ kind }) => kept.has(kind)), left };
}
