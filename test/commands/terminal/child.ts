import { ChartError, type ErrorCode } from '../../../scripts/errors.ts';
import { commandOf } from '../../../scripts/commands/terminal/command.ts';
import { registerSecret } from '../../../scripts/secrets/secrets.ts';

/** A command that does what its flags say, for the tests of what every command has in common. */
export const child = commandOf({
  name: 'child',
  summary: 'Does what it is told.',
  flags: {
    throw: { type: 'string', value: 'CODE', description: 'throws an error of this code' },
    crash: { type: 'boolean', description: 'throws something that is no error of the toolkit' },
    code: { type: 'string', description: 'ends with this code' },
    name: { type: 'string', multiple: true, value: 'NAME', description: 'may be said again' },
    secret: { type: 'string', value: 'TEXT', description: 'must not be said' },
    lines: { type: 'string', value: 'N', description: 'writes so many lines' },
  },
  notes: 'These are the notes.',
  async action({ flags, positionals, project, out }) {
    const { secret = '' } = flags;
    registerSecret(secret);
    if (flags.throw !== undefined)
      throw new ChartError(flags.throw as ErrorCode, `a.yaml: ${secret}`, { hint: 'Do this.' });
    if (flags.crash === true) throw new TypeError(`cannot read ${secret}`);
    for (let i = 0; i < Number(flags.lines ?? 0); i++) out.line(`line ${i}`);
    out.step('did', `it ${secret}`);
    out.warn(`look at ${secret}`);
    out.json({ names: flags.name ?? [], positionals, project, secret });
    return flags.code === undefined ? undefined : Number(flags.code);
  },
});
