import { copy } from '../../scripts/oci/copy.ts';
import { layoutStore } from '../../scripts/oci/layout.ts';
import type { ContentStore } from '../../scripts/oci/store.ts';
import { openOn } from './registry-setup.ts';

// A process that copies tag v1 from one store to another, and may be killed on the way.
const [from = '', to = ''] = process.argv.slice(2);
const open = async (name: string): Promise<ContentStore> =>
  name.startsWith('/') ? layoutStore(name) : openOn(name, 'owner/name', { env: process.env });
const [source, target] = [await open(from), await open(to)];
const root = await source.resolve('v1');
if (root === undefined) throw new Error(`${source.name} has no v1`);
await copy(source, target, root, { tag: 'v1', concurrency: 1 });
