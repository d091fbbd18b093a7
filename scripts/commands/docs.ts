import { join } from 'node:path';
import { errorsPage } from '../docs/errors-page.ts';
import { ChartError } from '../errors.ts';
import { commandOf } from './terminal/command.ts';
import { readText, writeAtomic } from '../io/files.ts';
import { refuseUnplain } from '../io/plain-files.ts';

const PAGE = 'docs/errors.md';

export const command = commandOf({
  name: 'docs',
  summary: `Regenerates ${PAGE} from the table of errors.`,
  flags: {
    check: { type: 'boolean', description: 'write nothing; fail when the page is not what would be written' },
  },
  async action({ flags, project, out }) {
    await refuseUnplain(project, [PAGE]);
    const path = join(project, PAGE);
    const page = errorsPage();
    if (flags.check !== true) await writeAtomic(path, page);
    else if ((await readText(path)) !== page) {
      throw new ChartError('DOCS_STALE', `${PAGE} is not what scripts/errors/table.ts makes`);
    }
    out.step(flags.check === true ? 'checked' : 'written', PAGE);
  },
});
