import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Helm, HelmResult } from '../../scripts/io/helm.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { kubectlPath } from './kubectl.ts';
import { freePort, stop } from './servers.ts';
import { tool } from './tools.ts';

/** A control plane without nodes: etcd and kube-apiserver, on the loopback. Nothing runs in it. */
export interface Cluster {
  /** Path of a kubeconfig for it. */
  readonly kubeconfig: string;
  /** kubectl with these arguments. */
  kubectl(args: readonly string[], input?: string): HelmResult;
  /** As `kubectl`, but throws what it says when it fails. */
  mustKubectl(args: readonly string[], input?: string): string;
  /** An object as the server has it; undefined when there is none. */
  get(resource: string, name: string, namespace?: string): JsonObject | undefined;
  /** Helm on this cluster. */
  helm(engine: Helm, args: readonly string[], input?: string): Promise<HelmResult>;
  stop(): Promise<void>;
}

const TOKEN = 'a-token-of-the-tests';

/** Starts a control plane of its own. */
export async function startCluster(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'cluster-'));
  const etcd = await startEtcd(folder);
  const { child: server, port } = await startApiServer(folder, etcd.url);
  const program = await kubectlPath();
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(kubeconfigFor(port)), { mode: 0o600 });
  const kubectl: Cluster['kubectl'] = (args, input = '') => {
    const { status, stdout, stderr } = spawnSync(program, [...args], {
      input,
      encoding: 'utf8',
      // The server's OpenAPI document.
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, KUBECONFIG: kubeconfig },
    });
    return { status: status ?? 1, stdout, stderr };
  };
  const mustKubectl: Cluster['mustKubectl'] = (args, input) => {
    const { status, stdout, stderr } = kubectl(args, input);
    if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  await untilReady(kubectl, server);
  return {
    kubeconfig,
    kubectl,
    mustKubectl,
    get: (resource, name, namespace = 'kube-system') => {
      const text = mustKubectl(['get', resource, name, '-n', namespace, '-o', 'json', '--ignore-not-found']);
      return text === '' ? undefined : (JSON.parse(text) as JsonObject);
    },
    helm: (engine, args, input) => engine.exec([...args, '--kubeconfig', kubeconfig], input),
    stop: async () => {
      await stop(server, join(folder, 'none'));
      await stop(etcd.child, folder);
    },
  };
}

async function startEtcd(folder: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const [client, peer] = [await freePort(), await freePort()].map((port) => `http://127.0.0.1:${port}`);
  const args = [
    ['--data-dir', join(folder, 'etcd')],
    ['--listen-client-urls', client],
    ['--advertise-client-urls', client],
    ['--listen-peer-urls', peer],
    ['--initial-advertise-peer-urls', peer],
    ['--initial-cluster', `default=${peer}`],
  ].flat() as string[];
  return { child: spawn(tool('etcd'), args, { stdio: 'ignore' }), url: client ?? '' };
}

async function startApiServer(
  folder: string,
  etcd: string,
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const port = await freePort();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = join(folder, 'service-accounts.pem');
  const tokens = join(folder, 'tokens.csv');
  await writeFile(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(tokens, `${TOKEN},admin,1,system:masters\n`);
  const args = [
    `--etcd-servers=${etcd}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--cert-dir=${join(folder, 'certificates')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--service-account-issuer=https://127.0.0.1',
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    `--token-auth-file=${tokens}`,
    // DaemonSets of the chart are privileged.
    '--allow-privileged=true',
  ];
  return { child: spawn(tool('kube-apiserver'), args, { stdio: 'ignore' }), port };
}

function kubeconfigFor(port: number): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [
      { name: 'test', cluster: { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name: 'test', user: { token: TOKEN } }],
  };
}

const READY_WITHIN_MS = 90_000;

/** Ready, and with the namespaces that every cluster has. */
async function untilReady(kubectl: Cluster['kubectl'], server: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`kube-apiserver ended with ${server.exitCode}`);
    if (kubectl(['get', 'namespace', 'kube-system', 'default']).status === 0) return;
    await sleep(250);
  }
  throw new Error(`kube-apiserver was not ready within ${READY_WITHIN_MS} ms`);
}
