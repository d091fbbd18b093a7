import { ChartError } from '../errors.ts';

/** Something that goes to a repository, and where it comes from. */
export interface Occupant {
  /** For messages: `the chart app`, `the image ghcr.io/up/app`. */
  readonly what: string;
  readonly repository: string;
}

/**
 * A repository holds one thing: a chart and an image, or two images, of the same last name would
 * take each other's tags, and in Gitea be one package.
 *
 * @throws REGISTRY_REFERENCE naming both
 */
export function refuseShared(occupants: readonly Occupant[]): void {
  const first = new Map<string, string>();
  for (const { what, repository } of occupants) {
    const other = first.get(repository) ?? what;
    first.set(repository, other);
    if (other === what) continue;
    throw new ChartError('REGISTRY_REFERENCE', `${other} and ${what} would both be ${repository}`, {
      hint: 'Give the chart another name (chart.name), or keep the images under another owner (images.mirror).',
    });
  }
}
