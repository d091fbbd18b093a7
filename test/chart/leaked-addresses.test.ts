import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commandBehind } from '../helpers/chart-guide.ts';

const NETWORK = '/var/lib/cni/networks/prod';
const [LIVING, DEAD] = ['a'.repeat(64), 'b'.repeat(64)] as const;
const MINUTE = 60_000;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'addresses-'));
  await mkdir(join(folder, 'prod'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A file as host-local 1.1.1 leaves it: the sandbox, a line break of DOS, the interface. */
async function reserved(address: string, sandbox: string, minutesAgo: number): Promise<void> {
  await old(address, sandbox === '' ? '' : `${sandbox}\r\nnet1`, minutesAgo);
}

async function old(name: string, text: string, minutesAgo: number): Promise<void> {
  const file = join(folder, 'prod', name);
  const when = new Date(Date.now() - minutesAgo * MINUTE);
  await writeFile(file, text);
  await utimes(file, when, when);
}

/** What the README's command lists where containerd answers so. */
async function listed(crictl: string): Promise<readonly string[]> {
  const program = join(folder, 'crictl');
  await writeFile(program, `#!/bin/sh\n[ "$*" = "pods -q" ] || exit 64\n${crictl}\n`);
  await chmod(program, 0o755);
  const command = commandBehind('that no pod').replace(NETWORK, join(folder, 'prod'));
  expect(command).toContain(folder);
  const { stdout } = spawnSync('sh', ['-c', command], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` },
  });
  return stdout.split('\n').filter(Boolean).toSorted();
}

it('the command of the README lists addresses that no pod has, and nothing else', async () => {
  await reserved('192.168.57.2', LIVING, 60);
  await reserved('192.168.57.3', DEAD, 60);
  await reserved('fd00::3', DEAD, 60);
  // Of a pod that is being made, which containerd does not list yet; of one cut off while writing.
  await reserved('192.168.57.4', 'c'.repeat(64), 1);
  await reserved('192.168.57.5', '', 60);
  await old('last_reserved_ip.0', '192.168.57.5', 60);
  await old('lock', '', 60);
  expect(await listed(`echo ${LIVING}`)).toEqual(['./192.168.57.3', './fd00::3']);
  expect(await listed('true')).toEqual(['./192.168.57.2', './192.168.57.3', './fd00::3']);
});

it('it lists nothing where containerd does not answer, and not all', async () => {
  await reserved('192.168.57.2', LIVING, 60);
  expect(await listed('echo "connection refused" >&2; exit 1')).toEqual([]);
});
