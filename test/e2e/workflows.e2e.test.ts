import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRegistry } from '../../scripts/oci/registry.ts';
import type { RemoteStore } from '../../scripts/oci/remote.ts';
import type { Descriptor } from '../../scripts/oci/store.ts';
import { startGitea } from '../helpers/gitea.ts';
import { pushImage } from '../helpers/images.ts';
import { pinImage, runScript } from '../helpers/project.ts';
import { startDistribution, type Server } from '../helpers/servers.ts';
import { serve, type TestServer } from '../helpers/http-server.ts';
import { runProgram } from '../../scripts/io/program.ts';
import { ROOT } from '../helpers/this-project.ts';
import { describeWith, tool } from '../helpers/tools.ts';

/** A request to the forge's API. */
interface Asked {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, string>>;
}

const NEXT = 'v4.2.3';
/** Milliseconds: npm ci and npm run check on two slow cores. */
const PATIENCE = 480_000;

/** A clone of this repository in which a workflow runs, and its origin. */
interface Clone {
  readonly folder: string;
  readonly repository: string;
}

function makeClone(): Clone {
  const folder = mkdtempSync(join(tmpdir(), 'workflows-'));
  const repository = join(folder, 'repository');
  git(folder, 'clone', '-q', '--bare', ROOT, 'origin.git');
  git(folder, 'clone', '-q', 'origin.git', 'repository');
  git(repository, 'checkout', '-q', '-B', 'main');
  return { folder, repository };
}

function git(cwd: string, ...args: readonly string[]): string {
  const who = ['-c', 'user.name=test', '-c', 'user.email=test@localhost'];
  return execFileSync('git', [...who, ...args], { cwd, encoding: 'utf8' });
}

/** How a job of a workflow is run. */
interface Job {
  readonly event: string;
  readonly workflow: string;
  readonly job: string;
  readonly payload: object;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Runs a job of a workflow; how it ended, and all that it printed. */
async function act({ folder, repository }: Clone, { event, workflow, job, payload, env, secrets }: Job) {
  const file = join(folder, 'event.json');
  writeFileSync(file, JSON.stringify({ repository: { full_name: 'o/r' }, ...payload }));
  const of = (flag: string, pairs: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(pairs).flatMap(([key, value]) => [flag, `${key}=${value}`]);
  const what = ['-C', repository, event, '-W', `.gitea/workflows/${workflow}`, '-j', job, '-e', file];
  return runProgram(
    tool('act'),
    [...what, '-P', 'ubuntu-latest=-self-hosted', ...of('--env', env), ...of('-s', secrets)],
    {
      env: { ...process.env, HOME: join(folder, 'home'), XDG_CACHE_HOME: join(folder, 'cache') },
      patience: PATIENCE,
    },
  );
}

describeWith(['act'], 'the workflows, run by act on this machine', () => {
  let clone: Clone;
  let forge: TestServer;
  const asked: Asked[] = [];

  beforeAll(async () => {
    clone = makeClone();
    forge = await serve((request, response) => {
      const { method = '', url = '', headers } = request;
      let text = '';
      request.on('data', (piece: Buffer) => (text += piece.toString()));
      request.on('end', () => {
        const { authorization } = headers;
        const body = text === '' ? {} : (JSON.parse(text) as Asked['body']);
        if (url.startsWith('/api/')) asked.push({ method, url, authorization, body });
        response.end(url.startsWith('/api/') ? (method === 'GET' ? '[]' : '{}') : upstream(url));
      });
    });
    const recipe = join(clone.repository, 'recipe.yaml');
    const url = `${forge.url}/o/r/raw/tag/{version}/a.yml`;
    writeFileSync(recipe, readFileSync(recipe, 'utf8').replace(/^ {2}url: https:.*$/m, `  url: ${url}`));
    git(clone.repository, 'commit', '-qam', 'Upstream is on this machine');
  });
  afterAll(async () => {
    await forge.close();
    rmSync(clone.folder, { recursive: true });
  });

  /** What upstream's server has: its tags, and the newer file. */
  function upstream(url: string): string {
    if (!url.startsWith('/o/r.git/')) return readFileSync(join(ROOT, 'upstream/manifest.yaml'), 'utf8');
    const line = (text: string): string => (text.length + 4).toString(16).padStart(4, '0') + text;
    return `${line('# service=git-upload-pack\n')}0000${line(`${'1'.repeat(40)} refs/tags/${NEXT}\n`)}0000`;
  }

  /** A job that ends well, with the forge's API. */
  async function run(event: string, workflow: string, job: string, payload: object): Promise<string> {
    const { code, stdout, stderr } = await act(clone, {
      event,
      workflow,
      job,
      payload,
      env: { API_URL: `${forge.url}/api` },
      secrets: { GITHUB_TOKEN: 'not-a-token' },
    });
    expect(code, stdout + stderr).toBe(0);
    return stdout;
  }

  it(
    'a pull request is checked, and has the review of what it changes as its comment',
    async () => {
      const base = git(clone.repository, 'rev-parse', 'HEAD').trim();
      const printed = await run('pull_request', 'check.yaml', 'check', {
        pull_request: {
          number: 7,
          base: { sha: base, repo: { full_name: 'o/r' } },
          head: { repo: { full_name: 'o/r' } },
        },
      });
      expect(printed).toContain('chart/ (multus');
      expect(
        asked.map(({ method, url }) => `${method} ${url.replace(/^.*(?=\/issues)|\?.*$/g, '')}`),
      ).toEqual(['GET /issues/7/comments', 'POST /issues/7/comments']);
      expect(asked[1]).toMatchObject({
        authorization: 'token not-a-token',
        body: { body: expect.stringMatching(/^<!-- chartlift review -->\n[\s\S]*no difference/) as string },
      });
    },
    PATIENCE,
  );

  it(
    'a newer upstream becomes a pull request that is bumped and checked',
    async () => {
      asked.length = 0;
      await run('workflow_dispatch', 'outdated.yaml', 'outdated', {});
      const [, opened] = asked;
      expect(opened).toMatchObject({
        method: 'POST',
        body: { head: `bump/${NEXT}`, base: 'main', title: `Upstream is ${NEXT}` },
      });
      const origin = join(clone.folder, 'origin.git');
      expect(git(origin, 'show', `bump/${NEXT}:recipe.yaml`)).toContain(`version: ${NEXT}`);
      expect(git(origin, 'log', '-1', '--format=%s', `bump/${NEXT}`).trim()).toBe(`Upstream is ${NEXT}`);
    },
    PATIENCE,
  );
});

describeWith(['act', 'gitea', 'docker-registry'], 'the workflow of a release, run by act', () => {
  let clone: Clone;
  let source: Server;
  let gitea: Server;
  let image: Descriptor;

  beforeAll(async () => {
    clone = makeClone();
    [source, gitea] = await Promise.all([startDistribution(), startGitea()]);
    const store = await openRegistry({ registry: source.host, repository: 'up/multus-cni' }, { env: {} });
    image = await pushImage(store, 'v9-thick', { platforms: ['linux/amd64'], layers: 1, layerSize: 1000 });
    const pin = { registry: source.host, repository: 'up/multus-cni', tag: 'v9-thick', digest: image.digest };
    await pinImage(clone.repository, pin);
    expect(runScript('build', ['--project', clone.repository]).status).toBe(0);
    git(clone.repository, 'commit', '-qam', 'The image is on this machine');
  });
  afterAll(async () => {
    await Promise.all([source?.stop(), gitea?.stop()]);
    rmSync(clone.folder, { recursive: true });
  });

  function release(tag: string): ReturnType<typeof act> {
    return act(clone, {
      event: 'push',
      workflow: 'release.yaml',
      job: 'release',
      payload: { ref: `refs/tags/${tag}` },
      env: { GITHUB_SERVER_URL: `http://${gitea.host}`, GITHUB_REPOSITORY: `${gitea.user}/chart` },
      secrets: { RELEASE_TOKEN: gitea.env['GITEA_TOKEN'] ?? '' },
    });
  }

  it(
    'a tag of another version publishes nothing',
    async () => {
      const { code, stdout } = await release('v9.9.9');
      expect(code).toBe(1);
      expect(stdout).not.toContain('published');
    },
    PATIENCE,
  );

  it(
    'the tag of chart.version publishes the chart and mirrors its image',
    async () => {
      const { code, stdout, stderr } = await release('v1.0.0');
      expect(code, stdout + stderr).toBe(0);
      const open = (repository: string): Promise<RemoteStore> =>
        openRegistry({ registry: gitea.host, repository: `${gitea.user}/${repository}` }, { env: gitea.env });
      expect(await (await open('multus')).resolve('1.0.0')).toBeDefined();
      expect((await (await open('multus-cni')).resolve('v9-thick'))?.digest).toBe(image.digest);
    },
    PATIENCE,
  );
});
