import { generate, valuesSchema, type Built } from '../built.ts';
import { withRelease } from '../bump/changelog.ts';
import { changesOf } from '../bump/changes.ts';
import { edited, type Holding } from '../bump/drifts.ts';
import { nextVersion, type ChartState, type ChartVersion, type NextVersion } from '../bump/next-version.ts';
import { nextAppVersion } from '../bump/versions.ts';
import { wantedImages } from '../chart/pin.ts';
import type { RefreshPlan } from '../fetch/refresh.ts';
import { LOCK_FILE, SNAPSHOT_FILE } from '../fetch/snapshot.ts';
import type { Project } from '../io/project.ts';
import type { Together } from '../io/together.ts';
import type { JsonObject } from '../json/json.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { editYaml, type YamlEdit } from '../recipe/edit.ts';
import { parseRecipe, RECIPE_FILE } from '../recipe/load.ts';
import { formatLock, parseLock, type Lock } from '../recipe/lock.ts';
import { renderOwn } from '../sides/own.ts';
import { check, refuseFindings } from '../validate.ts';
import { filesOf } from './files.ts';
import { overlayOf, withoutGone } from './fit.ts';
import { newPins, type AskForImages, type PinChange } from './pins.ts';

/** A newer upstream, and the recipe that fits it. */
export interface Renewal {
  readonly before: Built;
  /** Upstream's version. */
  readonly version: string;
  readonly fetched: RefreshPlan;
  /** The manifest as the project will keep it, and what it says. */
  readonly snapshot: string;
  readonly manifest: Manifest;
  readonly fitting: Holding;
  /** Paths of the departures that upstream has caught up with. */
  readonly caught: readonly string[];
}

/** What is outside. */
export interface RenewalPorts {
  readonly ask: AskForImages;
  /** Holds the new chart against the oracle; throws CHART_FINDINGS. */
  readonly prove: (built: Built) => Promise<void>;
  /** The project's chart as its users have it; undefined where nobody knows. */
  readonly released: (built: Built) => Promise<ChartVersion | undefined>;
}

/** All that is written, and why. */
export interface Renewed {
  readonly next: NextVersion;
  /** Whether that is held against the chart as its users have it, not against the project as it stood. */
  readonly isOfRelease: boolean;
  readonly before: Built;
  readonly built: Built;
  readonly pins: readonly PinChange[];
  readonly files: Together;
}

const CHANGELOG = 'CHANGELOG.md';

/**
 * The project with a recipe that fits the newer upstream: its pins, the chart's version, the changelog and the
 * chart, proved. Writes nothing.
 *
 * @throws what building and proving throw
 */
export async function renew(renewal: Renewal, { ask, prove, released }: RenewalPorts): Promise<Renewed> {
  const { before, version, fetched, snapshot, manifest, fitting, caught } = renewal;
  const { recipe } = before.project;
  const versions = [recipe.upstream.version, version] as const;
  const pins = await newPins({
    recipe: parseRecipe(fitting.recipe, RECIPE_FILE),
    manifest: fitting.manifest,
    before: before.lock.images,
    old: wantedImages(recipe, before.manifest),
    versions,
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
  const last = await released(before);
  const next = nextVersion(last ?? old, fresh);
  const renewed = editYaml(text, RECIPE_FILE, identityEdits(before, next, pins.changes, version));
  const changelog = withRelease(before.project.files.get(CHANGELOG) ?? '', CHANGELOG, {
    version: next.version,
    date: lock.created.slice(0, 'YYYY-MM-DD'.length),
    changes: changesOf({
      versions,
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
  return { next, isOfRelease: last !== undefined, before, built, pins: pins.changes, files };
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
  // A digest alone says no version.
  const images = pins
    .filter(({ image }) => !image.isFixed)
    .map(({ was, tag }) => ({ before: was?.tag ?? tag, now: tag }));
  const appVersion = nextAppVersion(chart.appVersion, [
    ...images,
    { before: upstream.version, now: version },
  ]);
  const edits: readonly YamlEdit[] = [{ path: ['chart', 'version'], to: next.version }];
  const isOther = appVersion !== undefined && appVersion !== chart.appVersion;
  return isOther ? [...edits, { path: ['chart', 'appVersion'], to: appVersion }] : edits;
}
