import { canonicalText } from '../manifest/canonical.ts';
import type { Manifest, Resource } from '../manifest/manifest.ts';
import { parseManifest } from '../manifest/parse.ts';

/** The manifest with the project's own objects (templates/objects/*.yaml) behind upstream's. */
export function withObjects(upstream: Manifest, files: ReadonlyMap<string, string>): Manifest {
  const added = [...files]
    .filter(([path]) => path.startsWith('templates/objects/'))
    .flatMap(([path, text]) => ownObjects(text, path));
  return { ...upstream, resources: [...upstream.resources, ...added] };
}

/** In canonical form, which templates are made of; with the lines that a person sees in the file. */
function ownObjects(text: string, path: string): readonly Resource[] {
  const written = parseManifest(text, path);
  const canonical = parseManifest(canonicalText(written), path).resources;
  return canonical.map((resource, i) => ({
    ...resource,
    line: written.resources[i]?.line ?? resource.line,
    added: true,
  }));
}
