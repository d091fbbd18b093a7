import type { Document } from 'yaml';
import type { JsonObject } from '../json/json.ts';

/** One Kubernetes object of a manifest. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** An object of the project's own (templates/objects/), which upstream does not have. */
  readonly added?: true;
  /** metadata.namespace, when the document sets one. */
  readonly namespace?: string;
  /** The document's text without `---`, ending in one newline. Ranges in `doc` are offsets into it. */
  readonly text: string;
  /** The file's name as messages show it: an object of the project's own is in another than upstream's. */
  readonly file: string;
  /** Line (1-based) of the file on which `text` begins. */
  readonly line: number;
  /** Made when it is asked for; of the comments only those that are inside a field are sure to be there. */
  readonly doc: Document;
  readonly object: JsonObject;
}

/** Those that upstream has, without the project's own. */
export function upstreams<R extends Pick<Resource, 'added'>>(resources: readonly R[]): readonly R[] {
  return resources.filter(({ added }) => added !== true);
}

/** A parsed manifest: its resources in the file's order. */
export interface Manifest {
  /** The file's name as messages show it. */
  readonly file: string;
  /** The comment in front of the first `---`, each line with its `#` and a newline. */
  readonly head?: string;
  readonly resources: readonly Resource[];
}
