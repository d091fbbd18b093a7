import { below, type Draft, type Spot } from './draft.ts';
import type { Container, Workload } from './workloads.ts';

/** A container that runs an image. */
export interface Use {
  readonly workload: Workload;
  readonly container: Container;
}

/** The pull policy stands beside the image where its containers agree, else beside each container. */
export function pullPolicies(path: string, uses: readonly Use[]): readonly Draft[] {
  const owner = ownerOf(path, uses) ?? uses[0];
  if (owner === undefined) return [];
  const agree = uses.filter((use) => policyOf(use) === policyOf(owner));
  const others = uses.filter((use) => !agree.includes(use));
  const section = sectionOf(path, uses);
  return [...policyDraft(`${path}.pullPolicy`, agree, section), ...others.flatMap(pullPolicy)];
}

/** The pull policy of a container by itself. */
export function pullPolicy(use: Use): readonly Draft[] {
  const { container, workload } = use;
  return policyDraft(below(container.key, 'imagePullPolicy'), [use], workload.section);
}

function policyOf({ container }: Use): unknown {
  return container.object['imagePullPolicy'];
}

/** @param section its heading, where it is of several workloads */
function policyDraft(path: string, uses: readonly Use[], section: string): readonly Draft[] {
  const [first] = uses;
  if (first === undefined || policyOf(first) === null) return [];
  const { workload } = first;
  const isThere = policyOf(first) !== undefined;
  const isOwn = uses.every((use) => use.workload === workload);
  return [
    {
      kind: 'pullPolicy',
      path,
      section: isOwn ? workload.section : section,
      ...(isOwn && { workload: workload.key }),
      place: isThere && (policyOf(first) === '' || uses.some(isFirstKey)) ? 'replace' : 'drop',
      form: 'value',
      ...(!isThere && { default: '' }),
      spots: uses.map(({ container }): Spot => {
        const after = Object.hasOwn(container.object, 'image') ? { after: 'image' } : {};
        return {
          holder: container.holder,
          field: 'imagePullPolicy',
          ...(!isThere && { create: true, ...after }),
        };
      }),
    },
  ];
}

function isFirstKey({ container }: Use): boolean {
  return Object.keys(container.object)[0] === 'imagePullPolicy';
}

/** The heading of an image of several workloads: that of the one that it is called by. */
export function sectionOf(path: string, uses: readonly Use[]): string {
  if (path === 'image') return 'Images';
  return ownerOf(path, uses)?.workload.section ?? 'Images of several';
}

function ownerOf(path: string, uses: readonly Use[]): Use | undefined {
  return uses.find(({ container }) => below(container.key, 'image') === path);
}
