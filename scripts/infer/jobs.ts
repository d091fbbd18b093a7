import { pathOf, selectedBy } from './holders.ts';
import type { Resource } from '../manifest/manifest.ts';
import { below, type Draft, type Proposal } from './draft.ts';
import { metadataOf } from './metadata.ts';
import type { Subject } from './subject.ts';
import type { Workload } from './workloads.ts';

/**
 * Names of Jobs that follow their content: Kubernetes changes no Job in place, so without it an
 * upgrade with another image fails. What Helm runs as a hook it makes anew by itself, by the same name.
 *
 * @param drafts all others
 */
export function jobValues({ workloads }: Subject, drafts: readonly Draft[]): Proposal {
  const jobs = workloads.filter(({ resource }) => resource.kind === 'Job');
  return {
    left: jobs.flatMap(({ resource }) => {
      const hook = hookOf(resource);
      const why = `Helm runs it as a hook (${hook ?? ''}), as upstream's helm.sh/hook says: it makes it anew each time, and leaves it when the chart goes`;
      return hook === undefined ? [] : [{ kind: 'jobs', what: `Job/${resource.name}`, why }];
    }),
    drafts: namesOf(
      jobs.filter(({ resource }) => hookOf(resource) === undefined),
      drafts,
    ),
  };
}

/** When Helm runs an object, of a manifest that Helm has rendered once. */
function hookOf({ object }: Resource): string | undefined {
  const hook = metadataOf(object, 'annotations')['helm.sh/hook'];
  return typeof hook === 'string' ? hook : undefined;
}

function namesOf(jobs: readonly Workload[], drafts: readonly Draft[]): readonly Draft[] {
  return jobs.map(({ key, holder, metadataPath, section }): Draft => {
    const select = JSON.stringify(holder.select);
    const template = metadataPath.replace(/metadata$/, '');
    const of = drafts
      .filter(({ spots }) =>
        spots.some(
          (spot) =>
            JSON.stringify(selectedBy(spot.holder)) === select &&
            pathOf(spot.holder, spot.field).startsWith(template),
        ),
      )
      .map(({ path }) => path);
    return {
      kind: 'jobs',
      path: below(key, 'nameFollowsContent'),
      section,
      workload: key,
      place: 'replace',
      form: 'checksum',
      default: true,
      reason:
        'Kubernetes changes no Job in place: with another image it must be another Job, or the upgrade fails',
      of,
      spots: [{ holder, field: 'metadata.name' }],
    };
  });
}
