import { ChartError } from '../errors.ts';
import type { Manifest, Resource } from '../manifest/manifest.ts';
import { parseManifest } from '../manifest/parse.ts';

const RENDER =
  'It is a template: render it first. Of a Helm chart that is helm template NAME CHART > manifest.yaml.';
const FILL =
  'It may be a template with placeholders: fill them in first, for example envsubst < template.yaml > manifest.yaml.';
const BUILD = 'It is a kustomization: build it first, kubectl kustomize DIR > manifest.yaml.';

/**
 * Reads what is to become a chart. Of what is no manifest the error says what it is, where that can be seen.
 *
 * @param file the name that messages show
 * @throws what parseManifest throws, with a hint that leads on; PARSE_OBJECT for a kustomization, and for
 *   a name that no cluster takes
 */
export function readManifest(text: string, file: string): Manifest {
  let manifest: Manifest;
  try {
    manifest = parseManifest(text, file);
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    const hint = hintFor(text, file, error);
    throw hint === undefined ? error : new ChartError(error.code, error.message, { cause: error, hint });
  }
  const kustomization = manifest.resources.find(({ kind, apiVersion }) => isKustomize(kind, apiVersion));
  if (kustomization === undefined) {
    manifest.resources.forEach(refusePlaceholder);
    return manifest;
  }
  throw new ChartError(
    'PARSE_OBJECT',
    `${file}:${kustomization.line}: a Kustomization is no object of a cluster`,
    {
      hint: BUILD,
    },
  );
}

/** The namespace is a DNS label; a name may be nearly anything, but is the rest of a path. */
function refusePlaceholder({ file, line, kind, name, namespace = 'default' }: Resource): void {
  const wrong = [/[\s$#%/<>{}]/.test(name) && 'name', !/^[-a-z0-9]{1,63}$/.test(namespace) && 'namespace'];
  const field = wrong.find((one) => one !== false);
  if (field === undefined) return;
  const found = JSON.stringify(field === 'name' ? name : namespace);
  throw new ChartError(
    'PARSE_OBJECT',
    `${file}:${line}: ${kind} ${name} has metadata.${field} ${found}, which no cluster takes`,
    { hint: FILL },
  );
}

function isKustomize(kind: string, apiVersion: string): boolean {
  return kind === 'Kustomization' && apiVersion.startsWith('kustomize.config.k8s.io/');
}

function hintFor(text: string, file: string, { message }: ChartError): string | undefined {
  // Words of templates that stand outside of any text that YAML could hold; what is in a text, is not read.
  const line = Number(
    message.startsWith(`${file}:`) ? /^\d+/.exec(message.slice(file.length + 1))?.[0] : NaN,
  );
  const around = Number.isNaN(line)
    ? text
    : text
        .split('\n')
        .slice(line - 2, line + 1)
        .join('\n');
  if (/^(?:[^'"#]*:)?\s*\{\{/m.test(around)) return RENDER;
  if (
    /^kind:\s*Kustomization\s*$/m.test(text) ||
    /^(?:resources|bases):\s*$[^]*^(?!\s|-|#)/m.test(`${text}\nx`)
  )
    if (/apiVersion|kind/.test(message) || text.includes('Kustomization')) return BUILD;
  if (/^\s*(?:metadata:\s*\{.*)?"?generateName"?:/m.test(text) && message.includes('metadata.name'))
    return 'An object with generateName is made anew each time, so no release can hold it: give it a name.';
  return undefined;
}
