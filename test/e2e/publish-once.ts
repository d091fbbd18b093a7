/* One publish in a process of its own, for bench-oci: node publish-once.ts LAYOUT TAG HOST/REPOSITORY:TAG. */
import { layoutStore } from '../../scripts/oci/layout.ts';
import { parseImageReference } from '../../scripts/oci/reference.ts';
import { openRegistry } from '../../scripts/oci/registry.ts';
import { execute } from '../../scripts/publish/execute.ts';

const [layout = '', version = '', to = ''] = process.argv.slice(2).map(String);
const reference = parseImageReference(to);
const source = layoutStore(layout);
const root = await source.resolve(version);
if (root === undefined) throw new Error(`${layout} has no ${version}`);
const target = await openRegistry(reference, { env: process.env });
await execute({ source, root, target, tag: reference.tag ?? '' });
