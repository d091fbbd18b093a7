import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageChart } from '../../scripts/package/artifact.ts';
import { build } from '../../scripts/built.ts';
import { artifactStore } from '../../scripts/publish/artifact-store.ts';
import { writeBundle } from '../../scripts/bundle/write.ts';
import { certificate } from '../helpers/certificate.ts';
import { runCommand, type CommandResult } from '../helpers/command-line.ts';
import { close, listen, serve, type TestServer } from '../helpers/http-server.ts';
import { pinImage, projectCopy, setMirror } from '../helpers/project.ts';
import { diskState } from './setup.ts';
import { NOBODY } from '../helpers/nobody.ts';

let original = '';
let folder = '';
beforeAll(async () => {
  original = await projectCopy();
  folder = await mkdtemp(join(tmpdir(), 'reach-'));
  const { files, lock } = await build(original);
  const artifact = await packageChart(files, lock.created);
  const { name, version: tag, manifest } = artifact;
  const chart = {
    kind: 'chart',
    name,
    tag,
    root: manifest.descriptor,
    source: artifactStore(artifact),
  } as const;
  await writeBundle(join(folder, 'bundle.tar'), [chart], () => {});
});
afterAll(() => Promise.all([original, folder].map((path) => rm(path, { recursive: true }))));

/** What each command is told of the registry at `host`. */
const COMMANDS: readonly (readonly [string, string, (host: string) => readonly string[]])[] = [
  ['release', 'release', (host) => ['--registry', `oci://${host}/infra`]],
  ['a dry run', 'release', (host) => ['--registry', `oci://${host}/infra`, '--dry-run']],
  ['release with images', 'release', (host) => ['--registry', `oci://${host}/infra`, '--mirror-images']],
  [
    'release of a bundle',
    'release',
    (host) => ['--registry', `oci://${host}/infra`, '--from-bundle', join(folder, 'bundle.tar')],
  ],
  ['release to a layout, with a mirror', 'release', () => []],
  ['mirror', 'mirror', (host) => ['--registry', `oci://${host}/infra`]],
  ['bundle', 'bundle', () => []],
];

/** Runs a command whose registry, mirror and images are at a host; nothing but chart/ may be there before. */
async function run(
  [words, name, args]: (typeof COMMANDS)[number],
  host: string,
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const project = await mkdtemp(join(tmpdir(), 'reach-project-'));
  try {
    await cp(original, project, { recursive: true, verbatimSymlinks: true });
    const image = { registry: host, repository: 'up/multus-cni', tag: 'v9-thick' };
    await pinImage(project, { ...image, digest: `sha256:${'0'.repeat(64)}` });
    if (words.includes('with a mirror')) await setMirror(project, `oci://${host}/infra`);
    const before = await diskState(project);
    const result = await runCommand(name, ['--project', project, ...args(host)], env);
    // chart/ names another image now, so a build would show.
    expect(await diskState(project)).toEqual(before);
    return result;
  } finally {
    await rm(project, { recursive: true });
  }
}

function expectOneError({ code, stdout, stderr }: CommandResult, message: RegExp): void {
  expect(stderr).toMatch(message);
  expect(stderr.match(/^error: /gm)).toHaveLength(1);
  expect(stdout).not.toMatch(/^(?:built|proved)/m);
  expect(code).toBe(3);
}

describe.each([
  [
    'closes every connection',
    (server: TestServer): RegExp =>
      new RegExp(`^error: ${server.url}/v2/: .* \\(4 attempts\\)\\n {2}REGISTRY_NETWORK`, 'm'),
    undefined,
  ],
  [
    'is busy',
    (server: TestServer): RegExp =>
      new RegExp(`^error: GET ${server.url}/v2/: answered 503\\n {2}REGISTRY_ANSWER`, 'm'),
    503,
  ],
] as const)('a registry that %s', (_, message, status) => {
  test.concurrent.each(COMMANDS)('%s: found out once, before anything is built', async (...command) => {
    const server = await serve((request, response) => {
      if (status === undefined) request.socket.destroy();
      else response.writeHead(status).end();
    });
    try {
      const result = await run(command, `127.0.0.1:${server.port}`);
      expectOneError(result, message(server));
      expect(result.stderr.match(/^warning: /gm)).toHaveLength(3);
      expect(server.requests.map(({ url }) => url)).toEqual(['/v2/', '/v2/', '/v2/', '/v2/']);
    } finally {
      await server.close();
    }
  });
});

const [RELEASE = COMMANDS[0]] = COMMANDS;
const releaseTo = (host: string, env: Readonly<Record<string, string>> = {}): Promise<CommandResult> =>
  RELEASE === undefined ? expect.fail() : run(RELEASE, host, env);

describe.concurrent('a registry that is not there', () => {
  test('because nothing listens', async () => {
    expectOneError(
      await releaseTo(NOBODY),
      /^error: http:\/\/127\.0\.0\.1:1\/v2\/: nothing listens there \(ECONNREFUSED\) \(4 attempts\)/m,
    );
  });

  test('because its name is not known', async () => {
    const result = await releaseTo('registry.invalid');
    expectOneError(
      result,
      /^error: https:\/\/registry\.invalid\/v2\/: .*(?:no host of this name|EAI_AGAIN)/m,
    );
  });

  test('because a proxy refuses', async () => {
    let tunnels = 0;
    const proxy = await serve((_, response) => response.end());
    proxy.server.on('connect', (_, socket) => {
      tunnels++;
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    const result = await releaseTo('registry.invalid', { HTTPS_PROXY: proxy.url });
    expectOneError(result, /^error: https:\/\/registry\.invalid\/v2\/: .*403/m);
    expect(tunnels).toBe(1);
    await proxy.close();
  });

  test('because nobody vouches for it', async ({ skip }) => {
    if (!certificate(folder, 'own')) return skip('no openssl');
    const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
    const server = createTlsServer({ key: await read('own.key'), cert: await read('own.pem') });
    let connections = 0;
    server.on('connection', () => connections++);
    const port = await listen(server);
    // With authorities of one's own the loopback is spoken to by https.
    if (!certificate(folder, 'other')) return skip('no openssl');
    const more = ['--ca-file', join(folder, 'other.pem')];
    const command = [
      '',
      'release',
      (host: string) => ['--registry', `oci://${host}/infra`, ...more],
    ] as const;
    expectOneError(
      await run(command, `127.0.0.1:${port}`),
      new RegExp(
        `^error: https://127\\.0\\.0\\.1:${port}/v2/: .*SELF_SIGNED.*\\n {2}REGISTRY_NETWORK.*--ca-file`,
        'm',
      ),
    );
    expect(connections).toBe(1);
    await close(server);
  });

  test('for tokens: where it sends for them is said, and who sends there', async () => {
    const server = await serve((_, response) => {
      response.setHeader('www-authenticate', `Bearer realm="http://${NOBODY}/v2/token"`);
      response.writeHead(401).end();
    });
    const env = { REGISTRY_USERNAME: 'somebody', REGISTRY_PASSWORD: 'a secret of the tests' };
    const result = await releaseTo(`127.0.0.1:${server.port}`, env);
    expectOneError(
      result,
      new RegExp(
        `^error: http://127\\.0\\.0\\.1:1/v2/token.*nothing listens there.*\\n {2}${server.url}/ names this address: .*\\n.*ROOT_URL`,
        'm',
      ),
    );
    expect(server.requests).toHaveLength(1);
    await server.close();
  });

  test('for this password: a realm of another host', async () => {
    const server = await serve((_, response) => {
      response.setHeader('www-authenticate', 'Bearer realm="https://auth.example.org/token"');
      response.writeHead(401).end();
    });
    const env = { REGISTRY_USERNAME: 'somebody', REGISTRY_PASSWORD: 'a secret of the tests' };
    const result = await releaseTo(`127.0.0.1:${server.port}`, env);
    expectOneError(
      result,
      /^error: .* is https:\/\/auth\.example\.org\/token, another host.*\n.*ROOT_URL.*--token-host auth\.example\.org/m,
    );
    expect(server.requests).toHaveLength(1);
    await server.close();
  });
});
