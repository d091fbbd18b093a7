import { LARGEST_MANIFEST, readText } from '../io/files.ts';
import type { JsonObject } from '../json/json.ts';
import { isObject } from '../json/tree.ts';
import { wanted } from '../kubernetes/wanted.ts';
import { parseManifest } from '../manifest/parse.ts';
import type { Side } from '../review/review.ts';

/**
 * Objects out of a file, of a person's or as `kubectl get -o yaml` prints them: then without what
 * the server wrote into them.
 *
 * @param path `-` for standard input
 * @param input reads standard input
 * @throws FILE_MISSING, PARSE_*
 */
export async function fileSide(path: string, input: () => Promise<string>): Promise<Side> {
  const hint = 'Say upstream, a file, git:REV or oci://HOST/OWNER/NAME:VERSION.';
  const content = path === '-' ? await input() : await readText(path, hint, LARGEST_MANIFEST);
  const name = path === '-' ? 'standard input' : path;
  const objects = parseManifest(content, name).resources.map(({ object }) => object);
  const live = objects.some(isLive);
  return { name, objects: live ? objects.map(wanted) : objects, live, byHand: true };
}

/** Only a server gives an object these. */
function isLive({ metadata }: JsonObject): boolean {
  return isObject(metadata) && ['uid', 'resourceVersion', 'managedFields'].some((key) => key in metadata);
}
