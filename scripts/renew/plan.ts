import { join } from 'node:path';
import { generate, valuesSchema, type Built } from '../built.ts';
import { withRelease } from '../bump/changelog.ts';
import { changesOf } from '../bump/changes.ts';
import { edited, mended, type Drifted, type Holding, type Mending } from '../bump/drifts.ts';
import { nextVersion, type ChartState, type ChartVersion, type NextVersion } from '../bump/next-version.ts';
import { nextAppVersion } from '../bump/versions.ts';
import { wantedImages } from '../chart/pin.ts';
import { withObjects } from '../chart/own-objects.ts';
import { newValues, type NewValue } from '../infer/propose.ts';
import { ChartError } from '../errors.ts';
import type { Reach } from '../fetch/acquire.ts';
import { planRefresh, type RefreshPlan } from '../fetch/refresh.ts';
import { LOCK_FILE, SNAPSHOT_FILE, snapshotText } from '../fetch/snapshot.ts';
import { readText } from '../io/files.ts';
import type { Project } from '../io/project.ts';
import type { Together } from '../io/together.ts';
import type { JsonObject } from '../json/json.ts';
import { decodeText } from '../manifest/decode.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { parseManifest } from '../manifest/parse.ts';
import { editYaml, type YamlEdit } from '../recipe/edit.ts';
import { parseRecipe, RECIPE_FILE } from '../recipe/load.ts';
import { formatLock, parseLock, type Lock } from '../recipe/lock.ts';
import { consequences, review, type Review } from '../review/review.ts';
import { renderOwn, upstreamSide } from '../sides/own.ts';
import { check, refuseFindings } from '../validate.ts';
import { builtBefore } from './before.ts';
import { filesOf } from './files.ts';
import { overlayOf, withSureEdits, withoutGone, withoutGoneValues } from './fit.ts';
import { newPins, type AskForImages, type PinChange } from './pins.ts';

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
export interface BumpPorts {
  readonly reach: Reach;
  readonly ask: AskForImages;
  /** Holds the new chart against the oracle; throws CHART_FINDINGS. */
  readonly prove: (built: Built) => Promise<void>;
  /** The project's chart as its users have it; undefined where nobody knows. */
  readonly released: (built: Built) => Promise<ChartVersion | undefined>;
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

/** All that is written, and why. */
export interface Ready {
  readonly state: 'ready';
  /** The edits of recipe.yaml that were sure, made. */
  readonly made: readonly Mending[];
  readonly next: NextVersion;
  readonly before: Built;
  readonly built: Built;
  readonly pins: readonly PinChange[];
  readonly files: Together;
}

const CHANGELOG = 'CHANGELOG.md';

/**
 * Brings a project to another version of upstream, in memory: fetches, compares, applies the recipe, builds
 * and proves. Writes nothing; what it gives is written together or not at all.
 *
 * @throws what fetching, building and proving throw; USAGE when the recipe's URL names no version
 */
export async function planBump(
  request: BumpRequest,
  { reach, ask, prove, released, committed }: BumpPorts,
): Promise<Bump> {
  const { project, version } = request;
  const before = await builtBefore(project, version, () => committed(project));
  const { recipe, root } = before.project;
  if (recipe.upstream.version === version) return { state: 'current', version };
  refuseFixedUrl(request, recipe.upstream.url);
  const upstream = { ...recipe.upstream, version };
  const { from, sha256, now } = request;
  const fetched = await planRefresh(
    {
      project,
      upstream,
      now,
      update: sha256 === undefined,
      ...(from !== undefined && { from }),
      ...(sha256 !== undefined && { sha256 }),
    },
    reach,
  );
  const snapshot = snapshotOf(fetched);
  const manifest = parseManifest(snapshot, SNAPSHOT_FILE);
  const found: Found = {
    fetched,
    difference: review(
      upstreamSide(before),
      { name: `upstream ${version}`, objects: manifest.resources.map(({ object }) => object) },
      () => [],
    ),
  };
  const holding: Holding = {
    recipe: await readText(join(root, RECIPE_FILE)),
    manifest: withObjects(manifest, before.project.files),
    lock: fetched.lock,
  };
  const versioned = edited(holding, [{ path: ['upstream', 'version'], to: version }]);
  const followed = withSureEdits(versioned, found.difference, before);
  const { sure, caught } = followed;
  const gone = withoutGoneValues(followed.fitting, before);
  const isHeld = !request.apply && sure.length > 0;
  const takesGone = request.accepted.has('gone');
  const fitting = takesGone ? gone.fitting : followed.fitting;
  const drifted = mended(isHeld ? versioned : fitting);
  if (isHeld || drifted.length > 0) {
    const mends = takesGone ? [] : gone.mends;
    return { ...found, state: 'drifted', drifted, sure, gone: mends };
  }
  const proposed = newValues(before.manifest, {
    recipe: parseRecipe(fitting.recipe, RECIPE_FILE),
    manifest: fitting.manifest,
    lock: fetched.lock,
  });
  if (consequences(found.difference, 'widens').size > 0 && !request.accepted.has('rbac'))
    return { ...found, proposed, state: 'rights' };

  const pins = await newPins({
    recipe: parseRecipe(fitting.recipe, RECIPE_FILE),
    manifest: fitting.manifest,
    before: before.lock.images,
    old: wantedImages(recipe, before.manifest),
    versions: [recipe.upstream.version, version],
    ask,
  });
  const { recipe: text, project: kept } = withoutGone(edited(fitting, pins.edits).recipe, before);
  const images = Object.fromEntries(
    pins.changes.flatMap(({ path, now: locked }) => (locked === undefined ? [] : [[path, locked] as const])),
  );
  // As it will be read.
  const lock = parseLock(formatLock({ ...fetched.lock, images }), LOCK_FILE);
  const first = await generated(kept, text, manifest, lock);
  const [old, fresh] = [stateOf(before), stateOf(first)];
  const next = nextVersion((await released(before)) ?? old, fresh);
  const renewed = editYaml(text, RECIPE_FILE, identityEdits(before, next, pins.changes, version));
  const changelog = withRelease(before.project.files.get(CHANGELOG) ?? '', CHANGELOG, {
    version: next.version,
    date: lock.created.slice(0, 'YYYY-MM-DD'.length),
    changes: changesOf({
      versions: [recipe.upstream.version, version],
      // What is not released yet has its lines.
      reasons: nextVersion(old, fresh).reasons,
      images: pins.changes,
      caught,
    }),
  });
  const built = await generated(kept, renewed, manifest, lock, changelog);
  refuseFindings(check(built));
  await prove(built);
  const files = await filesOf(
    built,
    new Map<string, string | Uint8Array>([
      [RECIPE_FILE, renewed],
      [CHANGELOG, changelog],
      [SNAPSHOT_FILE, snapshot],
      [LOCK_FILE, formatLock(lock)],
      ...overlayOf(kept, before.project),
      ...keptFile(recipe.upstream.url, fetched),
    ]),
  );
  return {
    ...found,
    proposed,
    state: 'ready',
    made: [...sure, ...(takesGone ? gone.mends : [])],
    next,
    before,
    built,
    pins: pins.changes,
    files,
  };
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

/** Where the recipe names a file of the project's own as its source, that is the newer one from now on. */
function keptFile(url: string, { file }: RefreshPlan): readonly (readonly [string, Uint8Array])[] {
  const [, path] = /^\.\/((?!\.\.)[^{}]+)$/.exec(url) ?? [];
  return path === undefined || path.includes('/../') ? [] : [[path, file.bytes]];
}

function generated(
  project: Project,
  recipe: string,
  manifest: Manifest,
  lock: Lock,
  changelog?: string,
): Promise<Built> {
  const files =
    changelog === undefined ? project.files : new Map([...project.files, [CHANGELOG, changelog] as const]);
  return generate({ ...project, recipe: parseRecipe(recipe, RECIPE_FILE), files }, manifest, lock);
}

/** A version of the chart, as far as its users see it. */
function stateOf(built: Built): ChartState {
  const { recipe } = built.project;
  const release = { name: recipe.chart.name, namespace: 'default' };
  const render = (values: JsonObject) => renderOwn(built, { values, release });
  return {
    version: recipe.chart.version,
    schema: valuesSchema(built),
    defaults: built.model.defaults,
    values: recipe.entries.map(({ path, form }) => ({ path, isImage: form === 'image' })),
    objects: render({}),
    render,
  };
}

/** The chart's version, and that of what runs. */
function identityEdits(
  before: Built,
  next: NextVersion,
  pins: readonly PinChange[],
  version: string,
): readonly YamlEdit[] {
  const { chart, upstream } = before.project.recipe;
  const images = pins.map(({ was, tag }) => ({ before: was?.tag ?? tag, now: tag }));
  const appVersion = nextAppVersion(chart.appVersion, [
    ...images,
    { before: upstream.version, now: version },
  ]);
  const edits: readonly YamlEdit[] = [{ path: ['chart', 'version'], to: next.version }];
  const isOther = appVersion !== undefined && appVersion !== chart.appVersion;
  return isOther ? [...edits, { path: ['chart', 'appVersion'], to: appVersion }] : edits;
}
