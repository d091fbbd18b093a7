import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GITEA_HOME, tool } from './tools.ts';

/** A registry that runs for a test. */
export interface Server {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Owners under which repositories can be made. */
  readonly owners: readonly [string, string];
  /** Environment with the credentials, as a user would set it. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** CNCF Distribution (Debian's docker-registry) on a free loopback port, without credentials. */
export async function startDistribution(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'distribution-'));
  const port = await freePort();
  const config = `version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: ${join(folder, 'data')}}, delete: {enabled: true}}
http: {addr: "127.0.0.1:${port}"}
`;
  await writeFile(join(folder, 'config.yml'), config);
  const child = spawn(tool('docker-registry'), ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  const host = `127.0.0.1:${port}`;
  await ready(`http://${host}/v2/`, child);
  return { host, owners: ['own', 'other'], env: {}, stop: () => stop(child, folder) };
}

/** An unprivileged user of Debian: Gitea refuses root. */
const NOBODY = 65_534;

const PASSWORD = 'a-Password-of-the-tests-1';

/**
 * A real Gitea on SQLite with a user, an organisation and a token that may write packages.
 * GITEA_URL, GITEA_TOKEN and GITEA_OWNER (and GITEA_OTHER_OWNER) name one that runs already.
 */
export async function startGitea(): Promise<Server> {
  const { GITEA_URL: url, GITEA_TOKEN: token = '', GITEA_OWNER: owner = '' } = process.env;
  if (url !== undefined) {
    const other = process.env['GITEA_OTHER_OWNER'] ?? owner;
    return {
      host: new URL(url).host,
      owners: [owner, other],
      env: { GITEA_TOKEN: token },
      stop: async () => undefined,
    };
  }
  const folder = await mkdtemp(join(tmpdir(), 'gitea-'));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  await writeGiteaConfig(folder, port);
  const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const options = {
    ...asNobody,
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, GITEA_WORK_DIR: folder, USER: 'nobody' },
  };
  const config = ['--config', join(folder, 'app.ini')];
  const admin = (args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(tool('gitea'), ['admin', 'user', ...args, ...config], {
      ...options,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`gitea admin user ${args[0] ?? ''}: ${stdout}${stderr}`);
    return stdout.trim();
  };
  const migrate = spawnSync(tool('gitea'), ['migrate', ...config], { ...options, encoding: 'utf8' });
  if (migrate.status !== 0) throw new Error(`gitea migrate: ${migrate.stdout}${migrate.stderr}`);
  admin([
    'create',
    '--username',
    'infra',
    '--password',
    PASSWORD,
    '--email',
    'infra@example.org',
    '--admin',
    '--must-change-password=false',
  ]);
  const scopes = 'write:package,read:package,write:organization';
  const made = admin([
    'generate-access-token',
    '--username',
    'infra',
    '--token-name',
    'tests',
    '--scopes',
    scopes,
    '--raw',
  ]);
  const child = spawn(tool('gitea'), ['web', ...config], { ...options, stdio: 'ignore' });
  await ready(`http://${host}/api/healthz`, child);
  await makeOrganisation(host, made);
  return { host, owners: ['infra', 'platform'], env: { GITEA_TOKEN: made }, stop: () => stop(child, folder) };
}

async function writeGiteaConfig(folder: string, port: number): Promise<void> {
  const ini = `APP_NAME = tests
RUN_MODE = prod
WORK_PATH = ${folder}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${port}
ROOT_URL = http://127.0.0.1:${port}/
STATIC_ROOT_PATH = ${GITEA_HOME}
OFFLINE_MODE = true
DISABLE_SSH = true
[database]
DB_TYPE = sqlite3
PATH = ${join(folder, 'gitea.db')}
[security]
INSTALL_LOCK = true
[packages]
ENABLED = true
[log]
LEVEL = Error
[cron.update_checker]
ENABLED = false
`;
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'app.ini'), ini);
  if (process.getuid?.() !== 0) return;
  await chmod(folder, 0o755);
  for (const path of [folder, join(folder, 'data'), join(folder, 'app.ini')])
    await chown(path, NOBODY, NOBODY);
}

async function makeOrganisation(host: string, token: string): Promise<void> {
  const answer = await fetch(`http://${host}/api/v1/orgs`, {
    method: 'POST',
    headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'platform' }),
  });
  if (!answer.ok) throw new Error(`POST /api/v1/orgs: ${answer.status} ${await answer.text()}`);
}

/** A port of the loopback interface that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const READY_WITHIN_MS = 60_000;

async function ready(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null)
      throw new Error(`${child.spawnfile} ended with ${child.exitCode} before it answered`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer !== undefined && answer.status < 500) return;
    await sleep(100);
  }
  child.kill('SIGKILL');
  throw new Error(`${url} did not answer within ${READY_WITHIN_MS} ms`);
}

/** Ends a server that this process has started, and removes its folder. */
export async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null) {
    const closed = once(child, 'exit');
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    await closed;
    clearTimeout(late);
  }
  await rm(folder, { recursive: true, force: true });
}
