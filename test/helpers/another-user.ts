import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './root.ts';

const READS = "require('node:fs').accessSync(process.argv[1])";

/** Whether tests can be another user, who sees this repository: a checkout in root's home is root's alone. */
export const MAY_BE_ANOTHER =
  process.getuid?.() === 0 &&
  spawnSync(process.execPath, ['-e', READS, join(ROOT, 'package.json')], { uid: 65_534, gid: 65_534 })
    .status === 0;
