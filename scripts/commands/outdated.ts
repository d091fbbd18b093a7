import { userReach } from '../fetch/reach.ts';
import type { Finding } from '../renew/outdated.ts';
import { commandOf } from './terminal/command.ts';
import { npmCommand } from './terminal/npm-command.ts';
import { REGISTRY_FLAGS, registryOptions } from './terminal/registry-flags.ts';
import { teller } from './terminal/tell.ts';

export const command = commandOf({
  name: 'outdated',
  summary:
    'Says what is newer than the project: upstream, its images, what their tags name, the published chart.',
  flags: {
    registry: { type: 'string', value: 'oci://HOST/OWNER', description: 'where the chart is published' },
    ...REGISTRY_FLAGS,
  },
  notes:
    'It ends with 0 when all is as it was, with 1 when something is newer, with 3 when it could not be found out.\nWithout a registry the published chart is not looked at.',
  async action({ flags, project, out, env }) {
    const [{ build }, { watch }, { upstreamTags }, { registryOf }, { opener }, { parseRegistryReference }] =
      await Promise.all([
        import('../built.ts'),
        import('../renew/outdated.ts'),
        import('../fetch/tags.ts'),
        import('./terminal/registry-of.ts'),
        import('../oci/opener.ts'),
        import('../recipe/reference.ts'),
      ]);
    const built = await build(project);
    const { recipe } = built.project;
    const registry = registryOf({ flag: flags.registry, env }, recipe);
    const target = registry === undefined ? undefined : parseRegistryReference(registry);
    const tell = teller(out);
    const { url, mirrors = [] } = recipe.upstream;
    const { fixedPaths, wantedImages } = await import('../chart/pin.ts');
    // Upstream has named those by digest alone: their tag is nobody's.
    const fixed = fixedPaths(wantedImages(recipe, built.manifest));
    const images = Object.entries(built.lock.images).filter(([path]) => !fixed.has(path));
    const { findings, unknown, current } = await watch(
      recipe,
      { images: Object.fromEntries(images) },
      {
        tags: () => upstreamTags([url, ...mirrors], userReach(env, tell).network),
        open: opener(target?.registry ?? '', registryOptions(flags, env, out), tell),
        chart:
          target &&
          (async () => {
            const { packageChart } = await import('../package/artifact.ts');
            const { name, version, manifest } = await packageChart(built.files, built.lock.created);
            const at = { registry: target.registry, repository: `${target.repository}/${name}` };
            return { at, version, digest: manifest.descriptor.digest };
          }),
      },
    );
    for (const what of current) out.step('current', what);
    for (const finding of findings) out.step('newer', told(finding));
    for (const { what, error } of unknown) out.warn(`${what}: ${error.message}\n  ${error.hint}`);
    out.json({
      findings,
      current,
      unknown: unknown.map(({ what, error }) => ({ what, code: error.code, message: error.message })),
    });
    if (findings.length > 0) return 1;
    // A URL that names no repository is no network that is away.
    return unknown.some(({ error }) => error.exitCode === 3) ? 3 : 0;
  },
});

function told(finding: Finding): string {
  switch (finding.kind) {
    case 'upstream':
      return `upstream ${finding.version}: there is ${finding.newer.join(', ')} (${npmCommand('bump', undefined, finding.newer[0] ?? '')})`;
    case 'image':
      return `${finding.path} ${finding.image}: there is ${finding.newer.join(', ')}`;
    case 'digest':
      return `${finding.path} ${finding.image} ${finding.found === undefined ? 'is no longer there' : `names ${finding.found}`}; pinned is ${finding.pinned}`;
    case 'chart':
      return `${finding.chart} is published as ${finding.published}, the project makes ${finding.built}: raise chart.version`;
  }
}
