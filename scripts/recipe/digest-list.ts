import { ChartError, messageOf } from '../errors.ts';
import type { Json } from '../json/json.ts';
import { asText, isObject, listOf, member } from '../json/tree.ts';
import { parseYaml } from '../manifest/yaml.ts';
import { isDigest, parseImageReference, type Reference } from './reference.ts';

/** An image with its digest, as a file states it; without a tag it is of the only one of its repository. */
export interface StatedDigest {
  readonly image: Reference & { readonly digest: string };
  readonly platforms: readonly string[];
}

/** `NAME[:TAG]@DIGEST`, or the two apart by blanks. */
const IN_LINE = /([^\s'"`,=<>(){}[\]]+?)(?:@|\s+)(sha256:[0-9a-f]{64})(?![0-9a-f])/g;

/**
 * The digests that a file states: lines as skopeo and crane print them or in any text, what
 * `skopeo inspect` prints, a lock of this toolkit, or other YAML and JSON with such texts in it.
 *
 * @param file for messages
 * @throws IMAGE_LIST when it states none, or two for one image
 */
export function parseDigestList(text: string, file: string): readonly StatedDigest[] {
  const found = /^\s*[[{]|^[\w.-]+:(?:\s|$)/m.test(text) ? inData(text, file) : inText(text);
  if (found.length === 0) {
    throw new ChartError('IMAGE_LIST', `${file} states no digest of an image`, {
      hint: 'Write one image a line, HOST/NAME:TAG@sha256:…, as `skopeo inspect --format "{{.Name}}@{{.Digest}}"` prints it.',
    });
  }
  return found;
}

/**
 * The digest that a list states for an image: for its tag, or else for its repository alone.
 *
 * @throws IMAGE_LIST when it states two
 */
export function statedFor(
  { registry, repository, tag }: Reference,
  list: readonly StatedDigest[],
): StatedDigest | undefined {
  const own = list.filter(({ image }) => image.registry === registry && image.repository === repository);
  const tagged = own.filter(({ image }) => image.tag === tag);
  const candidates = tagged.length > 0 ? tagged : own.filter(({ image }) => image.tag === undefined);
  const [first, ...others] = candidates;
  const other = others.find(({ image }) => image.digest !== first?.image.digest);
  if (other === undefined) return first;
  throw new ChartError(
    'IMAGE_LIST',
    `${registry}/${repository}:${tag ?? ''} has two digests in the list: ${first?.image.digest ?? ''} and ${other.image.digest}`,
    { hint: 'Write each with its tag, or leave one out.' },
  );
}

function inText(text: string): readonly StatedDigest[] {
  return [...text.matchAll(IN_LINE)].flatMap(([, name = '', digest = '']) => stated(name, digest, []));
}

/** YAML or JSON; skopeo prints one document after the other. */
function inData(text: string, file: string): readonly StatedDigest[] {
  try {
    const whole = text.trimStart().startsWith('{') ? `[${text.replaceAll(/\}\s*\{/g, '},{')}]` : text;
    return inTree(parseYaml(whole, file).data);
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    const lines = inText(text);
    if (lines.length > 0) return lines;
    throw new ChartError('IMAGE_LIST', messageOf(error), { cause: error });
  }
}

function inTree(node: Json): readonly StatedDigest[] {
  if (typeof node === 'string') return inText(node);
  if (Array.isArray(node)) return node.flatMap((item: Json) => inTree(item));
  if (!isObject(node)) return [];
  const text = (...names: readonly string[]): string =>
    asText(names.map((name) => member(node, name)).find((value) => value !== undefined) ?? '');
  const [name, digest] = [text('repository', 'Name', 'name', 'image'), text('digest', 'Digest')];
  if (name === '' || !isDigest(digest)) return Object.values(node).flatMap(inTree);
  const [registry, tag] = [text('registry'), text('tag', 'newTag')];
  const platforms = listOf(member(node, 'platforms')).map(asText);
  return stated(`${registry && `${registry}/`}${name}${tag && `:${tag}`}`, digest, platforms);
}

/** What is no name of an image is none: a text may hold other digests. */
function stated(name: string, digest: string, platforms: readonly string[]): readonly StatedDigest[] {
  try {
    const { digest: _, ...image } = parseImageReference(name.replace(/^(?:docker|oci):\/\//, ''));
    return [{ image: { ...image, digest }, platforms }];
  } catch (error) {
    if (error instanceof ChartError) return [];
    throw error;
  }
}
