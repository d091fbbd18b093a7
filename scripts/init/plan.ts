import { ChartError } from '../errors.ts';
import type { Helm } from '../io/helm.ts';
import { withChart } from '../io/chart-dir.ts';
import { helmEngines } from '../io/helm-engines.ts';
import { readBuiltins } from '../io/project.ts';
import type { ChartFiles } from '../chart/assemble.ts';
import type { Finding } from '../check/finding.ts';
import { LOCK_FILE, SNAPSHOT_FILE, snapshotText } from '../fetch/snapshot.ts';
import { infer, type Inference } from '../infer/infer.ts';
import { readManifest } from '../infer/explain.ts';
import { projectFiles } from '../infer/project-files.ts';
import { documentsDigest } from '../fetch/documents-digest.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { parseManifest } from '../manifest/parse.ts';
import { generate, type Built } from '../built.ts';
import { check, checkRelease, measureRelease, proveChart, refuseFindings } from '../validate.ts';
import { parseRecipe, RECIPE_FILE } from '../recipe/load.ts';
import { formatLock, type Lock } from '../recipe/lock.ts';
import { upstreamUrl } from '../fetch/source.ts';
import { KEPT_FILE, type ManifestSource } from './source.ts';

/** How a project is made. */
export interface InitOptions {
  readonly name?: string;
  readonly select: readonly string[];
  readonly skip: readonly string[];
  /** RFC 3339, for the lock and the changelog. */
  readonly now: string;
}

/** A project that builds and is proved, before anything of it is written. */
export interface NewProject {
  readonly inference: Inference;
  readonly built: Built;
  /** Path → content of all but the chart. */
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  readonly chart: ChartFiles;
  readonly proof: { readonly renders: number; readonly engines: readonly string[] };
  /** What a release will ask for, and what it would refuse. */
  readonly findings: readonly Finding[];
}

/**
 * Makes a project of a manifest, in memory: infers, builds, lints and proves on both Helms. Asks no network.
 *
 * @param root absolute path at which it will be
 * @throws what reading, building and proving throw; CHART_FINDINGS
 */
export async function planProject(
  source: ManifestSource,
  root: string,
  options: InitOptions,
  env: NodeJS.ProcessEnv,
): Promise<NewProject> {
  const upstream = vendored(source);
  const templates = await draft(upstream, root, options);
  const engines = await helmEngines(env);
  const movable =
    templates.inference.crds === undefined &&
    upstream.manifest.resources.some(({ kind }) => kind === 'CustomResourceDefinition');
  if (!movable) return proved(templates, engines);
  const size = await withChart(templates.built.files, (chart) =>
    measureRelease(templates.built, chart, engines),
  );
  if (size.length === 0) return proved(templates, engines, size);
  return proved(await draft(upstream, root, { ...options, crds: 'folder' }), engines);
}

/** Upstream's manifest as the project keeps it. */
interface Vendored extends Pick<Lock, 'url' | 'sha256' | 'documents'> {
  readonly source: ManifestSource;
  readonly snapshot: string;
  readonly manifest: Manifest;
}

function vendored(source: ManifestSource): Vendored {
  const { sha256, version = '' } = source;
  const origin = { url: upstreamUrl({ url: source.url, version }), sha256 };
  const snapshot = snapshotText(readManifest(source.text, source.name), origin);
  const manifest = parseManifest(snapshot, SNAPSHOT_FILE);
  return { ...origin, source, snapshot, manifest, documents: documentsDigest(manifest) };
}

/** A project that builds, with what was found without Helm. */
type Drafted = Pick<NewProject, 'inference' | 'built' | 'files' | 'findings'>;

async function draft(
  { source, snapshot, manifest, url, sha256, documents }: Vendored,
  root: string,
  { now, ...options }: InitOptions & Pick<Inference, 'crds'>,
): Promise<Drafted> {
  const inference = infer(manifest, { ...options, fallback: source.fallback, source });
  const lock: Lock = {
    url,
    sha256,
    version: inference.upstream.version,
    documents,
    created: now,
    images: {},
  };
  const own = projectFiles(inference, now);
  const recipe = parseRecipe(own.get(RECIPE_FILE) ?? '', RECIPE_FILE);
  const built = await generate({ root, recipe, files: own, builtins: await readBuiltins() }, manifest, lock);
  const findings = check(built);
  refuseFindings(findings);
  return {
    inference,
    built,
    findings: [...findings, ...checkRelease(built)],
    files: new Map<string, string | Uint8Array>([
      ...own,
      [SNAPSHOT_FILE, snapshot],
      [LOCK_FILE, formatLock(lock)],
      ...(source.kept === undefined ? [] : [[KEPT_FILE, source.kept] as const]),
    ]),
  };
}

/** @param known what its size is, when it was measured */
async function proved(
  { built, findings, ...rest }: Drafted,
  engines: readonly Helm[],
  known?: readonly Finding[],
): Promise<NewProject> {
  const [proof, size, lint] = await withChart(built.files, (chart) =>
    Promise.all([
      proveChart(built, chart, engines),
      known ?? measureRelease(built, chart, engines),
      lintFindings(chart, engines),
    ]),
  );
  refuseFindings(proof.findings);
  return {
    ...rest,
    built,
    chart: built.files,
    proof: { renders: proof.renders, engines: engines.map(({ version }) => version) },
    findings: [...findings, ...size, ...lint],
  };
}

/** What lint says of a chart that renders upstream exactly is upstream's; a release needs it mended. */
async function lintFindings(chart: string, engines: readonly Helm[]): Promise<readonly Finding[]> {
  const found = await Promise.all(
    engines.map(async (helm): Promise<readonly Finding[]> => {
      try {
        await helm.lint(chart);
        return [];
      } catch (error) {
        if (!(error instanceof ChartError) || error.code !== 'HELM_FAILED') throw error;
        const words = error.message.split('\n').filter((line) => /\[(?:ERROR|WARNING)\]/.test(line));
        return [
          {
            rule: 'helm/lint',
            severity: 'error',
            place: `helm ${helm.version}`,
            message: words.length === 0 ? error.message : words.join('\n').replaceAll(/\[\w+\] /g, ''),
            hint: "Upstream's object is as it is; a release needs it mended, perhaps by another file of upstream's.",
          },
        ];
      }
    }),
  );
  const [first = [], ...others] = found;
  return [...first, ...others.flat().filter(({ message }) => first.every((one) => one.message !== message))];
}
