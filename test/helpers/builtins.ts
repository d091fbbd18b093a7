import { join } from 'node:path';
import { readTree } from '../../scripts/io/files.ts';
import { ROOT } from './this-project.ts';

/** The toolkit's own Handlebars sources, as a project has them. */
export const builtins = await readTree(join(ROOT, 'scripts', 'chart', 'files'));
