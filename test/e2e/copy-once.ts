/* One copy in a process of its own, for bench-oci: node copy-once.ts FROM TO. */
import { copy } from '../../scripts/oci/copy.ts';
import { parseImageReference } from '../../scripts/oci/reference.ts';
import { openRegistry } from '../../scripts/oci/registry.ts';

const [from = '', to = ''] = process.argv.slice(2).map(String);
const [source, target] = [parseImageReference(from), parseImageReference(to)];
const [a, b] = await Promise.all([openRegistry(source, { env: {} }), openRegistry(target, { env: {} })]);
const root = await a.resolve(source.tag ?? '');
if (root === undefined) throw new Error(`${from} is not there`);
await copy(a, b, root, { tag: target.tag ?? '' });
