import type { JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { compare } from '../../scripts/review/compare.ts';
import { marksOf, type MarkKind } from '../../scripts/review/marks.ts';

/** What the changes between two manifests do, `what` of one kind. */
export function does(kind: MarkKind, before: string, after: string): readonly string[] {
  const [left, right] = [before, after].map((text) => objects(text)) as [
    readonly JsonObject[],
    readonly JsonObject[],
  ];
  return compare(left, right).flatMap((one) =>
    one.changes
      .flatMap((change) => marksOf(change, one).filter((mark) => mark.kind === kind))
      .map(({ what }) => what),
  );
}

function objects(text: string): readonly JsonObject[] {
  return text === '' ? [] : parseManifest(text, 'm.yaml').resources.map(({ object }) => object);
}

export const workload = (pod: string, kind = 'Deployment', more = ''): string =>
  `{ apiVersion: apps/v1, kind: ${kind}, metadata: { name: a }, spec: { ${more} template: { spec: ${pod} } } }`;
export const container = (fields: string): string => workload(`{ containers: [{ name: x, ${fields} }] }`);
export const role = (...rules: readonly string[]): string =>
  `{ apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: { name: r }, rules: [${rules.join()}] }`;
export const rule = (groups: string, resources: string, verbs: string, more = ''): string =>
  `{ apiGroups: [${groups}], resources: [${resources}], verbs: [${verbs}] ${more} }`;
