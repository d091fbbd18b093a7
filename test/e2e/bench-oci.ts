/*
 * What this toolkit takes beside the tools that people use, in one run: npm run bench:oci. Needs
 * what test/e2e/tools/prepare.sh brings. `-- copy` or `-- publish` is one half of it.
 */
import { benchCopy } from './bench-copy.ts';
import { benchPublish } from './bench-publish.ts';

const only = process.argv[2];
if (only !== 'publish') await benchCopy();
if (only !== 'copy') await benchPublish();
