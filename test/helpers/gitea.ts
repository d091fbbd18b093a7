import { spawn, spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { giteaApi, runningGitea, SCOPES } from './gitea-api.ts';
import { freePort, ready, stop, type Server } from './servers.ts';
import { GITEA_HOME, tool } from './tools.ts';

/** An unprivileged user of Debian: Gitea refuses root. */
const NOBODY = 65_534;

const PASSWORD = 'a-Password-of-the-tests-1';

/**
 * A real Gitea on SQLite with a user, an organisation and a token that may write packages; or
 * the one that runs already at GITEA_URL, with GITEA_TOKEN.
 */
export async function startGitea(env: NodeJS.ProcessEnv = process.env): Promise<Server> {
  const { GITEA_URL: url, GITEA_TOKEN: token = '' } = env;
  return url ? runningGitea(new URL(url), token) : ownGitea();
}

async function ownGitea(): Promise<Server> {
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
  const made = admin([
    'generate-access-token',
    '--username',
    'infra',
    '--token-name',
    'tests',
    '--scopes',
    SCOPES,
    '--raw',
  ]);
  const child = spawn(tool('gitea'), ['web', ...config], { ...options, stdio: 'ignore' });
  await ready(`http://${host}/api/healthz`, child);
  await giteaApi(new URL(`http://${host}`), made).makeOrganisation('platform');
  return {
    host,
    owners: ['infra', 'platform'],
    user: 'infra',
    env: { GITEA_TOKEN: made },
    stop: () => stop(child, folder),
  };
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
