import { join } from 'node:path';
import { edited, mended, type Drifted, type Holding, type Mending } from '../bump/drifts.ts';
import { withObjects } from '../chart/own-objects.ts';
import { ChartError } from '../errors.ts';
import type { Reach } from '../fetch/acquire.ts';
import { planRefresh, type RefreshPlan } from '../fetch/refresh.ts';
import { SNAPSHOT_FILE, snapshotText } from '../fetch/snapshot.ts';
import { newValues, type NewValue } from '../infer/propose.ts';
import { readText } from '../io/files.ts';
import { decodeText } from '../manifest/decode.ts';
import { parseManifest } from '../manifest/parse.ts';
import { parseRecipe, RECIPE_FILE } from '../recipe/load.ts';
import { consequences, review, type Review } from '../review/review.ts';
import { upstreamSide } from '../sides/own.ts';
import { builtBefore } from './before.ts';
import { withoutGoneValues, withSureEdits } from './fit.ts';
import { renew, type Renewed, type RenewalPorts } from './renew.ts';

/** What `npm run bump` is asked to do. */
export interface BumpRequest {
  /** Absolute path of the chart project. */
  readonly project: string;
  /** Upstream's version. */
  readonly version: string;
  /** A file or URL to take in place of what the recipe names. */
  readonly from?: string;
  /** The sha256 that a person vouches for; without one the source is trusted, this once. */
  readonly sha256?: string;
  /** Make the edits of recipe.yaml that are sure. */
  readonly apply: boolean;
  readonly accepted: ReadonlySet<Accepted>;
  /** RFC 3339 UTC: the lock's time, whose day the changelog has. */
  readonly now: string;
}

/** What a person must want: more rights than before; that values go which upstream has nothing for any more. */
export const ACCEPTED = ['rbac', 'gone'] as const;

export type Accepted = (typeof ACCEPTED)[number];

/** What is outside. */
export interface BumpPorts extends RenewalPorts {
  readonly reach: Reach;
  /** recipe.yaml of a project as it was committed; undefined where nobody knows. */
  readonly committed: (project: string) => Promise<string | undefined>;
}

/** What is new upstream. */
export interface Found {
  readonly fetched: RefreshPlan;
  readonly difference: Review;
}

/** What a recipe that fits could have more. */
export interface Fitting extends Found {
  /** What init would lift of what is new. */
  readonly proposed: readonly NewValue[];
}

/** What a bump comes to. */
export type Bump =
  /** The project has this version. */
  | { readonly state: 'current'; readonly version: string }
  /** The recipe does not fit: all of it, and the edits that are sure. */
  | (Found & {
      readonly state: 'drifted';
      readonly drifted: readonly Drifted[];
      readonly sure: readonly Mending[];
      /** The edits that are made where it is accepted that values go. */
      readonly gone: readonly Mending[];
    })
  /** Upstream asks for more rights, which nobody accepted. */
  | (Fitting & { readonly state: 'rights' })
  | (Fitting & Ready);

/** All that is written, and what was edited for it. */
export interface Ready extends Renewed {
  readonly state: 'ready';
  /** The edits of recipe.yaml that were sure, made. */
  readonly made: readonly Mending[];
}

/**
 * Brings a project to another version of upstream, in memory: fetches, compares, applies the recipe, builds
 * and proves. Writes nothing; what it gives is written together or not at all.
 *
 * @throws what fetching, building and proving throw; USAGE when the recipe's URL names no version
 */
export async function planBump(request: BumpRequest, ports: BumpPorts): Promise<Bump> {
  const { project, version, accepted } = request;
  const before = await builtBefore(project, version, () => ports.committed(project));
  const { upstream } = before.project.recipe;
  if (upstream.version === version) return { state: 'current', version };
  refuseFixedUrl(request, upstream.url);
  const fetched = await planRefresh(
    { ...request, upstream: { ...upstream, version }, update: request.sha256 === undefined },
    ports.reach,
  );
  const snapshot = snapshotOf(fetched);
  const manifest = parseManifest(snapshot, SNAPSHOT_FILE);
  const newer = { name: `upstream ${version}`, objects: manifest.resources.map(({ object }) => object) };
  const difference = review(upstreamSide(before), newer, () => []);
  const found: Found = { fetched, difference };

  const holding: Holding = {
    recipe: await readText(join(before.project.root, RECIPE_FILE)),
    manifest: withObjects(manifest, before.project.files),
    lock: fetched.lock,
  };
  const versioned = edited(holding, [{ path: ['upstream', 'version'], to: version }]);
  const { fitting: followed, sure, caught } = withSureEdits(versioned, difference, before);
  const gone = withoutGoneValues(followed, before);
  const takesGone = accepted.has('gone');
  const fitting = takesGone ? gone.fitting : followed;
  const isHeld = !request.apply && sure.length > 0;
  const drifted = mended(isHeld ? versioned : fitting);
  if (isHeld || drifted.length > 0)
    return { ...found, state: 'drifted', drifted, sure, gone: takesGone ? [] : gone.mends };

  const recipe = parseRecipe(fitting.recipe, RECIPE_FILE);
  const proposed = newValues(before.manifest, { ...fitting, recipe });
  if (consequences(difference, 'widens').size > 0 && !accepted.has('rbac'))
    return { ...found, proposed, state: 'rights' };

  const made = takesGone ? [...sure, ...gone.mends] : sure;
  const renewed = await renew({ before, version, fetched, snapshot, manifest, fitting, caught }, ports);
  return { ...found, proposed, state: 'ready', made, ...renewed };
}

/** Without the version in it the URL would give the same file again, or whatever is there now. */
function refuseFixedUrl({ from, version }: BumpRequest, url: string): void {
  if (from !== undefined || url.includes('{version}')) return;
  throw new ChartError(
    'USAGE',
    `upstream.url of recipe.yaml does not say where version ${version} is: ${url}`,
    {
      hint: 'Write {version} into it, or name the file by --from.',
    },
  );
}

function snapshotOf({ file, lock }: RefreshPlan): string {
  return snapshotText(parseManifest(decodeText(file.bytes, SNAPSHOT_FILE), SNAPSHOT_FILE), lock);
}
