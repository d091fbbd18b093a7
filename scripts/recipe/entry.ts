import type { Json, JsonObject } from '../json/json.ts';

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
  /** The field is absent upstream: make it. */
  readonly create?: boolean;
  /** With `create`: the sibling key behind which the field is written (default: at the end). */
  readonly after?: string;
  /** Of the form `content`: what is put here, in place of the entry's own content. */
  readonly content?: Json;
}

/** Where a value goes. */
export const PLACES = {
  replace: 'in place of the field',
  drop: 'in place of the field, which disappears when the value is empty',
  append: 'behind the elements of a list',
  merge: 'beside the keys of a map',
  document: 'a whole resource, there or not',
  each: 'a resource for each element',
} as const;

export type Placement = keyof typeof PLACES;

/** What must hold of the elements of a list, which JSON Schema cannot say. */
export interface ListRules {
  /** Key that tells the list's elements apart, for example `name`; one twice is refused. */
  readonly unique?: string;
  /** Key of an element that names an element of another list. */
  readonly refers?: ListReference;
}

/** A list inside an appended element. */
export interface InnerList extends ListRules {
  readonly list: string;
}

/** What every entry says, whatever its form. */
interface EntryBase extends ListRules {
  /** Path in values.yaml, for example `mounts.cniBin.hostPath`. */
  readonly path: string;
  /** `file:line` where the recipe has the entry; not there when it was not read from a file. */
  readonly at?: string;
  readonly place: Placement;
  /** Stated when the chart's default is not what upstream has. */
  readonly default?: Json;
  /** Why the default departs from upstream. Required exactly when it does. */
  readonly reason?: string;
  /**
   * Keys of the value that count as left out when they are empty ('', {} or null): all, at
   * every depth, or the named ones. Null alone would not do: Helm 4.2.3 loses the nulls of a
   * parent chart's values, and kubectl apply those of an object (helm #32132, argo-cd #16312).
   */
  readonly omitEmpty?: true | readonly string[];
  readonly targets: readonly Target[];
  /** Of elements that are added to a list: what must hold of lists inside them. */
  readonly inner?: readonly InnerList[];
  /** `limits`: a limit below its request is refused. */
  readonly check?: 'limits';
  /**
   * Of `each`: field path of the pattern → key of the element. A field that holds JSON text takes an
   * object, a map takes more keys. What the element does not have disappears, but for name and namespace.
   */
  readonly fields?: Readonly<Record<string, string>>;
}

/** The elements' `key` must be the `unique` key of an element in the list that entry `to` adds to. */
export interface ListReference {
  readonly key: string;
  /** Path of an `append` entry on the same resource. */
  readonly to: string;
}

/** A string, number or boolean. */
export interface ValueEntry extends EntryBase {
  readonly form: 'value';
}

/** An object or list, rendered by toYaml. */
export interface YamlEntry extends EntryBase {
  readonly form: 'yaml';
}

/** The text of a JSON document, from an object. */
export interface JsonEntry extends EntryBase {
  readonly form: 'json';
  /** Key of the value that holds further keys of the object, which the schema does not know. */
  readonly extra?: string;
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

/**
 * `registry/repository:tag@digest` from an object with these four keys; the tag may hold the
 * digest, too. Another tag beside the digest that the chart pins is refused.
 */
export interface ImageEntry extends EntryBase {
  readonly form: 'image';
  /**
   * Upstream's reference inside longer texts, for example `quay.io/a/b:1.2`: the value stands for it wherever
   * it stands by itself. Of the fields that a path means only those that hold it are meant.
   */
  readonly token?: string;
  /** Paths of values that name the registry in place of its own; the first that is set wins. */
  readonly registries?: readonly string[];
}

/** One of several literal contents, by name. */
export interface ChoiceEntry extends EntryBase {
  readonly form: 'choice';
  /** Name → content; one of them is what upstream has. Of an `append` entry each is a list, of `merge` a map. */
  readonly choices: JsonObject;
}

/**
 * Fixed content. `$value` in it is the value, in a longer text too; {@link TOKENS} stand for
 * facts of the release. Without `$value` the value only switches the content on.
 */
export interface ContentEntry extends EntryBase {
  readonly form: 'content';
  readonly content?: Json;
  /** Only where the cluster does not serve this API yet, for example `k8s.cni.cncf.io/v1`. */
  readonly unlessServed?: string;
}

/** The value in place of a token of the field's own text, in objects of the project's own. */
export interface TokenEntry extends EntryBase {
  readonly form: 'token';
  /** For example `{percent}`. */
  readonly token: string;
}

/** The namespace everything lives in; empty means the release's. */
export interface NamespaceEntry extends EntryBase {
  readonly form: 'namespace';
}

/** Helm's recommended labels, when true. */
export interface LabelsEntry extends EntryBase {
  readonly form: 'labels';
}

/** A key with the sha256 of a `json` entry's text, when true. */
export interface ChecksumKeyEntry extends EntryBase {
  readonly form: 'checksum';
  readonly place: 'merge';
  readonly annotation: string;
  /** Path of the `json` entry. */
  readonly of: string;
}

/**
 * The field's own text with a suffix that follows the content, when true: eight digits of a sha256. For the
 * name of what cannot be changed in place: a Job with another image is another Job.
 */
export interface ChecksumNameEntry extends EntryBase {
  readonly form: 'checksum';
  readonly place: 'replace';
  /** Paths of the values that the content is made of, beside what upstream has. */
  readonly of: readonly string[];
}

/** What of a name leaves room for the suffix: the name of a Job is a label of its pods, of at most 63 characters. */
export function stemOf(name: string): string {
  return name.slice(0, 54).replace(/[-.]+$/, '');
}

/** One value and the fields that it feeds: where × form × check. */
export type Entry =
  | ValueEntry
  | YamlEntry
  | JsonEntry
  | ImageEntry
  | ChoiceEntry
  | ContentEntry
  | TokenEntry
  | NamespaceEntry
  | LabelsEntry
  | ChecksumKeyEntry
  | ChecksumNameEntry;

export type Form = Entry['form'];

/** An entry of one form. */
export type EntryOf<F extends Form> = Extract<Entry, { readonly form: F }>;

/** Where each form can stand; anything else has no meaning. */
export const FITS: { readonly [F in Form]: readonly Placement[] } = {
  value: ['replace', 'drop', 'append', 'document', 'each'],
  yaml: ['replace', 'drop', 'append', 'merge'],
  json: ['replace', 'drop', 'append'],
  // Its repository is upstream's.
  image: ['replace', 'drop'],
  choice: ['replace', 'drop', 'append', 'merge'],
  content: ['replace', 'drop', 'append', 'merge'],
  token: ['replace'],
  namespace: ['replace'],
  labels: ['merge'],
  checksum: ['replace', 'merge'],
};

/** Facts of a release that content may name. */
export const TOKENS = ['{release.name}', '{release.namespace}', '{chart.name}', '{chart.version}'] as const;

/** The members of an image value. */
export const IMAGE_MEMBERS: readonly string[] = ['registry', 'repository', 'tag', 'digest'];

/** An entry as messages name it: `Entry image (recipe.yaml:75)`. */
export function entryName({ path, at }: Pick<Entry, 'path' | 'at'>): string {
  return `Entry ${path}${at === undefined ? '' : ` (${at})`}`;
}

/** How an entry lifts, for people: `value`, or with its place, `yaml × append`. */
export function kindOf({ place, form }: Pick<Entry, 'place' | 'form'>): string {
  if (place === 'document' || place === 'each') return place;
  return place === 'replace' ? form : `${form} × ${place}`;
}

/** The keys of an `each` entry's element that tell its object from the others. */
export function identityKeys({ fields = {} }: Pick<Entry, 'fields'>): readonly string[] {
  return ['metadata.namespace', 'metadata.name'].flatMap((fieldPath) => fields[fieldPath] ?? []);
}
