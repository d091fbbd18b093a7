import type { Document } from 'yaml';

/** JSON-like data, what a parsed YAML document holds. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

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
  readonly doc: Document.Parsed;
  readonly object: JsonObject;
}

/** A parsed manifest: its resources in the file's order. */
export interface Manifest {
  /** The file's name as messages show it. */
  readonly file: string;
  /** The comment in front of the first `---`, each line with its `#` and a newline. */
  readonly head?: string;
  readonly resources: readonly Resource[];
}
