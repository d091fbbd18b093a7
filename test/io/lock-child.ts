import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../../scripts/io/lock.ts';

// A process that holds a lock for a while, at most a few milliseconds after it was asked to.
const [lock = '', held = '0', wait = '0'] = process.argv.slice(2);
await withLock(
  lock,
  async () => {
    console.log('held');
    await sleep(Number(held));
  },
  Number(wait),
);
