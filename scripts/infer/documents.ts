import type { Resource } from '../manifest/manifest.ts';
import { together, type Draft, type Proposal, type Spot } from './draft.ts';
import { metadataOf } from './metadata.ts';
import type { Subject } from './subject.ts';

const SECTION = 'On and off';
const KEEP = 'helm.sh/resource-policy';

/** CustomResourceDefinitions, there or not, and kept when the chart goes; labels for all objects. */
export function documentValues({ resources, crdFiles }: Subject): Proposal {
  const crds = resources.filter(({ kind }) => kind === 'CustomResourceDefinition');
  return together([crds.length === 0 ? together([]) : crdDrafts(crds), common(crdFiles)]);
}

function crdDrafts(crds: readonly Resource[]): Proposal {
  const holder = { name: 'crd', select: { kind: 'CustomResourceDefinition' } };
  const base = { kind: 'crds', section: SECTION } as const;
  const spot: Spot = { holder, field: 'metadata.annotations', create: true };
  const install: Draft = {
    ...base,
    path: 'crds.install',
    place: 'document',
    form: 'value',
    spots: [{ holder, field: '' }],
  };
  const keep: Draft = {
    ...base,
    path: 'crds.keep',
    place: 'merge',
    form: 'content',
    default: true,
    reason:
      'without it, uninstalling the chart deletes the CustomResourceDefinitions and with them every object of their kinds',
    content: { [KEEP]: 'keep' },
    spots: [spot],
  };
  // Where all have a policy of their own there is nothing to add.
  const isKept = crds.every(({ object }) => Object.hasOwn(metadataOf(object, 'annotations'), KEEP));
  return { drafts: isKept ? [install] : [install, keep], left: [] };
}

function common(crdFiles: boolean): Proposal {
  const holder = { name: 'all', select: {} };
  const reject = crdFiles ? { reject: [{ kind: 'CustomResourceDefinition' }] } : {};
  return {
    drafts: (['labels', 'annotations'] as const).map((field) => ({
      kind: 'commonLabels',
      path: field === 'labels' ? 'commonLabels' : 'commonAnnotations',
      section: 'All objects',
      place: 'merge',
      form: 'yaml',
      spots: [{ holder, ...reject, field: `metadata.${field}`, create: true }],
    })),
    left: [],
  };
}
