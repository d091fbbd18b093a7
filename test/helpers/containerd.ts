import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stop } from './servers.ts';
import { tool } from './tools.ts';

/** What a client of containerd gave back. */
export interface Said {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** A containerd of its own, as a node has one: pods' images, no pods. */
export interface Containerd {
  /** The client of the container runtime interface, which is how the kubelet pulls. */
  crictl(...args: readonly string[]): Said;
  /** A shell's line in which `ctr` is the client of this containerd. */
  shell(line: string): Said;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 30_000;

/**
 * Starts a containerd with nothing of the machine's: folders, socket and configuration of its own,
 * and snapshots without an overlay, which a container may not have. Needs root.
 *
 * @param hosts `HOST[:PORT]` → the hosts.toml for it
 */
export async function startContainerd(hosts: Readonly<Record<string, string>> = {}): Promise<Containerd> {
  const folder = await mkdtemp(join(tmpdir(), 'containerd-'));
  const socket = join(folder, 'containerd.sock');
  const certs = join(folder, 'certs.d');
  const config = `version = 2
root = "${join(folder, 'root')}"
state = "${join(folder, 'state')}"
[grpc]
  address = "${socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${join(folder, 'opt')}"
[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "native"
[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "${certs}"
`;
  await writeFile(join(folder, 'config.toml'), config);
  for (const [host, toml] of Object.entries(hosts)) {
    await mkdir(join(certs, host), { recursive: true });
    await writeFile(join(certs, host, 'hosts.toml'), toml);
  }
  const child = spawn(tool('containerd'), ['--config', join(folder, 'config.toml')], { stdio: 'ignore' });
  const env = {
    ...process.env,
    PATH: `${dirname(tool('ctr'))}:${process.env['PATH'] ?? ''}`,
    CONTAINERD_ADDRESS: socket,
    CONTAINERD_SNAPSHOTTER: 'native',
  };
  const run = (program: string, args: readonly string[]): Said => {
    const { status, stdout, stderr } = spawnSync(program, [...args], {
      env,
      cwd: folder,
      maxBuffer: 64 << 20,
    });
    return { status, stdout, stderr: stderr.toString() };
  };
  // An empty file in place of the machine's configuration.
  const ends = [
    `--config=/dev/null`,
    `--runtime-endpoint=unix://${socket}`,
    `--image-endpoint=unix://${socket}`,
  ];
  const crictl: Containerd['crictl'] = (...args) => run(tool('crictl'), [...ends, ...args]);
  const deadline = Date.now() + READY_WITHIN_MS;
  while (crictl('images').status !== 0) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('containerd did not start');
    await sleep(100);
  }
  return { crictl, shell: (line) => run('sh', ['-c', line]), stop: () => stop(child, folder) };
}
