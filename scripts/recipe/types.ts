import type { Json, JsonObject } from '../parse/manifest.ts';

/** Which resources a target means; kustomize's `select`: every given field must be equal. */
export interface Select {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** Fields of selected resources; kustomize's `targets` of a replacement. */
export interface Target {
  readonly select: Select;
  /** Resources that `select` matches but the entry leaves alone. */
  readonly reject?: readonly Select[];
  /** Kustomize field paths, for example `spec.template.spec.containers.[name=a].image`. */
  readonly fieldPaths?: readonly string[];
  readonly options?: TargetOptions;
}

interface TargetOptions {
  /** The field is absent upstream: make it. */
  readonly create?: boolean;
  /** With `create`: the sibling key behind which the field is written (default: at the end). */
  readonly after?: string;
  /** Of an `element` entry: the element; the string `$value` in it is the value. */
  readonly element?: JsonObject;
}

/** What every entry says, whatever its kind. */
interface EntryBase {
  /** Path in values.yaml, for example `mounts.cniBin.hostPath`. */
  readonly path: string;
  /** `file:line` where the recipe has the entry; not there when it was not read from a file. */
  readonly at?: string;
  /** Stated when the chart's default is not what upstream has. */
  readonly default?: Json;
  /** Why the default departs from upstream. Required exactly when it does. */
  readonly reason?: string;
  readonly targets: readonly Target[];
}

/** A string, number or boolean in place of upstream's. */
export interface ScalarEntry extends EntryBase {
  readonly as: 'scalar';
}

/** An object or list, rendered by toYaml. */
export interface YamlEntry extends EntryBase {
  readonly as: 'yaml';
}

/** Like `yaml`, and refuses limits below requests. */
export interface ResourcesEntry extends EntryBase {
  readonly as: 'resources';
}

/** A field that disappears when the value is empty. */
export interface OptionalEntry extends EntryBase {
  readonly as: 'optional';
}

/** Elements put behind upstream's list. */
export interface AppendEntry extends EntryBase {
  readonly as: 'append';
  /** Key that tells the list's elements apart, for example `name`; one twice is refused. */
  readonly unique?: string;
  /** Key of an element that names an element of another list. */
  readonly refers?: Reference;
}

/** The elements' `key` must be the `unique` key of an element in the list that entry `to` adds to. */
export interface Reference {
  readonly key: string;
  /** Path of an `append` entry on the same resource. */
  readonly to: string;
}

/** Keys added to upstream's map of strings (labels, annotations). */
export interface MergeEntry extends EntryBase {
  readonly as: 'merge';
}

/** `registry/repository:tag@digest` from an object with these four keys. */
export interface ImageEntry extends EntryBase {
  readonly as: 'image';
}

/** One of several literal contents of the field, by name. */
export interface ChoiceEntry extends EntryBase {
  readonly as: 'choice';
  /** Name → content; exactly one of them is what upstream has. */
  readonly choices: JsonObject;
}

/** An object rendered as the JSON text that a string field holds. */
export interface JsonEntry extends EntryBase {
  readonly as: 'json';
  readonly derive?: readonly Derivation[];
}

/** A key of a `json` entry that follows another value unless it is set itself. */
export interface Derivation {
  readonly key: string;
  /** Path of the value it follows; an empty value derives nothing. */
  readonly from: string;
  /** The value that needs no key, because it is the program's own default. */
  readonly unless?: Json;
}

/** The namespace everything lives in; empty means the release's. */
export interface NamespaceEntry extends EntryBase {
  readonly as: 'namespace';
}

/** Whole resources, there or not. Targets have no fieldPaths. */
export interface DocumentEntry extends EntryBase {
  readonly as: 'document';
}

/** Helm's recommended labels, when true. */
export interface LabelsEntry extends EntryBase {
  readonly as: 'labels';
}

/** Fixed keys of a map, when true. `{release.name}` and `{release.namespace}` stand for the release's. */
export interface EntriesEntry extends EntryBase {
  readonly as: 'entries';
  readonly entries: Readonly<Record<string, string>>;
  /** Only where the cluster does not serve this API yet, for example `k8s.cni.cncf.io/v1`. */
  readonly unlessServed?: string;
}

/** An annotation `checksum/<name>` with the sha256 of a `json` entry's text, when true. */
export interface ChecksumEntry extends EntryBase {
  readonly as: 'checksum';
  readonly annotation: string;
  /** Path of the `json` entry. */
  readonly of: string;
}

/**
 * A number inside a string: `token` stands in the text of an object of our own, and the
 * value takes its place.
 */
export interface SubstituteEntry extends EntryBase {
  readonly as: 'substitute';
  /** For example `{percent}`. */
  readonly token: string;
}

/** Fixed content with the value inside; the field disappears when the value is empty. */
export interface WrapEntry extends EntryBase {
  readonly as: 'wrap';
  /** What the field holds; the string `$value` in it is the value. */
  readonly content: Json;
}

/**
 * One element with the value inside, put behind upstream's list; not there when the value
 * is empty. Each target says by `options.element` what is put into its list.
 */
export interface ElementEntry extends EntryBase {
  readonly as: 'element';
}

/** A list of which every element makes one resource; the target is the pattern. */
export interface EachEntry extends EntryBase {
  readonly as: 'each';
  /** Field path of the pattern → key of the element. A field that holds JSON text takes an object. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The keys of an element that tell its object from the others. */
export function identityKeys({ fields }: EachEntry): readonly string[] {
  return ['metadata.namespace', 'metadata.name'].flatMap((fieldPath) => fields[fieldPath] ?? []);
}

/** One binding of a value to fields of the manifest. */
export type Entry =
  | ScalarEntry
  | YamlEntry
  | ResourcesEntry
  | OptionalEntry
  | AppendEntry
  | MergeEntry
  | ImageEntry
  | ChoiceEntry
  | JsonEntry
  | NamespaceEntry
  | DocumentEntry
  | LabelsEntry
  | EntriesEntry
  | ChecksumEntry
  | SubstituteEntry
  | WrapEntry
  | ElementEntry
  | EachEntry;

/** An entry as messages name it: `Entry image (recipe.yaml:75)`. */
export function entryName({ path, at }: Pick<Entry, 'path' | 'at'>): string {
  return `Entry ${path}${at === undefined ? '' : ` (${at})`}`;
}

/** The kinds that add keys to a map beside upstream's own. */
export type MapEntry = MergeEntry | LabelsEntry | EntriesEntry | ChecksumEntry;

export function isMapEntry(entry: Entry): entry is MapEntry {
  return ['merge', 'labels', 'entries', 'checksum'].includes(entry.as);
}

/** An image that the recipe pins. */
export interface ImagePin {
  readonly tag: string;
  /** The digest as public sources state it; a registry that answers another is refused. */
  readonly digest?: string;
  readonly platforms?: readonly string[];
  /** Why this tag when upstream names another. */
  readonly reason: string;
}

export interface Maintainer {
  readonly name: string;
  readonly email?: string;
  readonly url?: string;
}

/** Identity of the chart; the members of Chart.yaml. */
export interface ChartIdentity {
  readonly name: string;
  /** Semantic version without build metadata (a Gitea tag cannot hold `+`). */
  readonly version: string;
  readonly appVersion: string;
  readonly description: string;
  readonly kubeVersion?: string;
  readonly home?: string;
  readonly icon?: string;
  readonly sources?: readonly string[];
  readonly keywords?: readonly string[];
  readonly maintainers?: readonly Maintainer[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** Artifact Hub's links, shown beside home and sources. */
  readonly links?: readonly { readonly name: string; readonly url: string }[];
  /** SPDX identifier of the chart's licence. */
  readonly license: string;
}

export interface UpstreamSource {
  readonly version: string;
  /** `{version}` stands for the version. */
  readonly url: string;
  readonly mirrors?: readonly string[];
}

/** How the site deploys the chart by Argo CD; see npm run argocd. */
export interface ArgoSettings {
  /** Name of the Application (default: the chart's). */
  readonly application?: string;
  /** Destination namespace. */
  readonly namespace?: string;
  /** Folder of the wrapper chart under a directory generator. */
  readonly path?: string;
  readonly project?: string;
  readonly argocdNamespace?: string;
  /** Values that differ from the chart's defaults. */
  readonly values?: JsonObject;
}

/**
 * Sets of values by name, for example host paths by platform. A value that a preset
 * names has no default in values.yaml: unset it follows the preset, set it wins.
 */
export interface Presets {
  /** Path of the value that chooses, for example `platform`. */
  readonly path: string;
  /** The preset that is upstream's own: what it does not state is what upstream has. */
  readonly default: string;
  /** Name → path of a value → its value there. */
  readonly options: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

/** What a chart is: recipe.yaml. */
export interface Recipe {
  readonly upstream: UpstreamSource;
  readonly chart: ChartIdentity;
  /** Registry and owner that hold copies of the images (`oci://HOST/OWNER`): the chart names these. */
  readonly mirror?: string;
  /** By the path of the image value. */
  readonly images: Readonly<Record<string, ImagePin>>;
  /** Bindings: `values` first, then `additions`, in the file's order. */
  readonly entries: readonly Entry[];
  readonly presets?: Presets;
  readonly argocd?: ArgoSettings;
  readonly publish?: { readonly registry?: string };
}
