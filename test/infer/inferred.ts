import { infer, type Inference } from '../../scripts/infer/infer.ts';
import { canonicalText } from '../../scripts/manifest/canonical.ts';
import type { Manifest } from '../../scripts/manifest/manifest.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';

export const OPTIONS = { fallback: 'chart', source: { url: 'https://upstream.test/m.yaml' } } as const;

export function snapshot(text: string): Manifest {
  return parseManifest(canonicalText(parseManifest(text, 'm.yaml')), 'm.yaml');
}

export function inferred(text: string, options: Partial<Parameters<typeof infer>[1]> = {}): Inference {
  return infer(snapshot(text), { ...OPTIONS, ...options });
}

export function pathsOf({ drafts }: Inference): readonly string[] {
  return drafts.map(({ path }) => path);
}

/** A Deployment with containers of these names, as YAML. */
export function deployment(name: string, containers: readonly string[], more = ''): string {
  const list = containers.map((one) => `{ name: '${one}', image: 'r.test/${one}:1' }`).join(', ');
  return `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [${list}]${more} }
`;
}
