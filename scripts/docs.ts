import { join } from 'node:path';
import { errorsPage } from './docs/errors-page.ts';
import { ChartError } from './errors.ts';
import { run } from './io/command.ts';
import { readText, writeAtomic } from './io/files.ts';

const PAGE = 'docs/errors.md';

await run({
  name: 'docs',
  summary: `Regenerates ${PAGE} from the table of errors.`,
  flags: {
    check: { type: 'boolean', description: 'write nothing; fail when the page is not what would be written' },
  },
  async action({ flags, project, out }) {
    const path = join(project, PAGE);
    const page = errorsPage();
    if (flags.check !== true) await writeAtomic(path, page);
    else if ((await readText(path)) !== page) {
      throw new ChartError('DOCS_STALE', `${PAGE} is not what scripts/error-table.ts makes`);
    }
    out.step(flags.check === true ? 'checked' : 'written', PAGE);
  },
});
