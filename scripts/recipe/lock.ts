import { writeYaml } from '../manifest/write-yaml.ts';
import { ChartError, messageOf } from '../errors.ts';
import { isTime, TIME_FORM } from '../manifest/date.ts';
import { parseYaml } from '../manifest/yaml.ts';

/** The machine-written record of what the chart is made from: `upstream/lock.yaml`. */
export interface Lock {
  /** Upstream's version, as the recipe named it when the file was fetched. */
  readonly version: string;
  /** Where the recipe says the file comes from (not the mirror it may have come from). */
  readonly url: string;
  /** sha256 of the upstream file's raw bytes, 64 hex digits. */
  readonly sha256: string;
  /** `sha256:<hex>` of the parsed documents, see manifest/digest.ts. */
  readonly documents: string;
  /** RFC 3339 UTC. When the lock's content last changed; the only date a release knows. */
  readonly created: string;
  /** Pinned images by the path of their image value, for example `image`. */
  readonly images: Readonly<Record<string, LockedImage>>;
}

export interface LockedImage {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** Digest of the multi-arch index, `sha256:<hex>`. */
  readonly digest: string;
  /** For example `linux/amd64`. */
  readonly platforms: readonly string[];
  /** Who stated the digest: the registry itself, the recipe, or a file (registry not asked). */
  readonly source: 'registry' | 'recipe' | 'file';
}

const HEADER = '# Written by npm run fetch and npm run pin. Do not edit.\n';

/** What a string must be: a regular expression, or as much of one as is needed. */
interface Form {
  readonly source: string;
  test(text: string): boolean;
}

const SHA256 = /^[0-9a-f]{64}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const CREATED: Form = { test: isTime, source: TIME_FORM };
const PLATFORM = /^[a-z0-9]+\/[a-z0-9]+(?:\/[a-z0-9]+)?$/;
const SOURCE = /^(?:registry|recipe|file)$/;
const TEXT = /^\S+$/;

/** Each string of the lock with the form it must have. */
const FIELDS = { version: TEXT, url: TEXT, sha256: SHA256, documents: DIGEST, created: CREATED } as const;
const IMAGE_FIELDS = {
  registry: TEXT,
  repository: TEXT,
  tag: TEXT,
  digest: DIGEST,
  source: SOURCE,
} as const;

/**
 * Reads upstream/lock.yaml.
 *
 * @param file the name that messages show
 * @throws LOCK_INVALID naming the field, what it must be and what was found
 */
export function parseLock(text: string, file: string): Lock {
  const data = record(read(text, file), 'the file', file);
  onlyKeys(data, [...Object.keys(FIELDS), 'images'], '', file);
  return {
    ...strings(data, FIELDS, '', file),
    images: Object.fromEntries(
      Object.entries(record(data['images'] ?? {}, 'images', file)).map(([path, image]) => [
        path,
        parseImage(image, `images.${path}`, file),
      ]),
    ),
  };
}

/** The text of upstream/lock.yaml; the same lock gives the same text. */
export function formatLock(lock: Lock): string {
  const { version, url, sha256, documents, created } = lock;
  const images = Object.fromEntries(
    Object.entries(lock.images)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, { registry, repository, tag, digest, platforms, source }]) => [
        path,
        { registry, repository, tag, digest, platforms: platforms.toSorted(), source },
      ]),
  );
  const body = { version, url, sha256, documents, created, images };
  return HEADER + writeYaml(body);
}

function parseImage(value: unknown, path: string, file: string): LockedImage {
  const data = record(value, path, file);
  onlyKeys(data, [...Object.keys(IMAGE_FIELDS), 'platforms'], `${path}.`, file);
  const { source, ...rest } = strings(data, IMAGE_FIELDS, `${path}.`, file);
  const platforms = data['platforms'];
  if (
    !Array.isArray(platforms) ||
    !platforms.every((item): item is string => typeof item === 'string' && PLATFORM.test(item))
  ) {
    return refuse(file, `${path}.platforms must be a list like [linux/amd64]`, platforms);
  }
  return { ...rest, platforms, source: source === 'registry' || source === 'file' ? source : 'recipe' };
}

function read(text: string, file: string): unknown {
  try {
    return parseYaml(text, file).data;
  } catch (cause) {
    throw new ChartError('LOCK_INVALID', messageOf(cause), { cause });
  }
}

function strings<K extends string>(
  data: Readonly<Record<string, unknown>>,
  forms: Readonly<Record<K, Form>>,
  prefix: string,
  file: string,
): Readonly<Record<K, string>> {
  const entries = (Object.entries(forms) as [K, Form][]).map(([key, form]) => {
    const value = data[key];
    if (typeof value === 'string' && form.test(value)) return [key, value] as const;
    return refuse(file, `${prefix}${key} must be a string of the form ${form.source}`, value);
  });
  return Object.fromEntries(entries) as Record<K, string>;
}

function record(value: unknown, what: string, file: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  return refuse(file, `${what} must be a map`, value);
}

function onlyKeys(
  data: Readonly<Record<string, unknown>>,
  known: readonly string[],
  prefix: string,
  file: string,
): void {
  const unknown = Object.keys(data).find((key) => !known.includes(key));
  if (unknown !== undefined) refuse(file, `${prefix}${unknown} is not a field of the lock`, data[unknown]);
}

function refuse(file: string, expected: string, found: unknown): never {
  throw new ChartError('LOCK_INVALID', `${file}: ${expected}; found ${JSON.stringify(found) ?? 'nothing'}`);
}
