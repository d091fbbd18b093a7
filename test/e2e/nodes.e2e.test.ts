import { spawnSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { digestOf } from '../../scripts/oci/digest.ts';
import { parseImageReference } from '../../scripts/recipe/reference.ts';
import { openRegistry } from '../../scripts/oci/registry.ts';
import type { Descriptor } from '../../scripts/oci/store.ts';
import { startContainerd, type Containerd, type Said } from '../helpers/containerd.ts';
import { giteaApi } from '../helpers/gitea-api.ts';
import { startGitea } from '../helpers/gitea.ts';
import { pushImage } from '../helpers/images.ts';
import { kubectlPath } from '../helpers/kubectl.ts';
import { pinImage, projectCopy, runScript, setMirror, type Ran } from '../helpers/project.ts';
import { startDistribution, type Server } from '../helpers/servers.ts';
import { ROOT } from '../helpers/this-project.ts';
import { describeWith } from '../helpers/tools.ts';

const NODE_ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;
const SPEC = {
  platforms: ['linux/amd64', 'linux/arm64', 'linux/ppc64le'],
  layers: 3,
  layerSize: 50_000,
  attested: true,
};
const DOCS = join(ROOT, 'docs', 'nodes.md');

/** What of a rendered pod template decides how its images are pulled. */
interface PodSpec {
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly containers: readonly { readonly image: string }[];
}

/** A Secret for a registry, as kubectl makes it. */
interface RegistrySecret {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly type: string;
  readonly data: { readonly '.dockerconfigjson': string };
}

describeWith(
  ['docker-registry', 'gitea', 'skopeo', 'containerd', 'ctr', 'crictl', 'root'],
  'nodes and the image that a mirror holds',
  () => {
    let source: Server;
    let gitea: Server;
    let index: Descriptor;
    const owners = { public: `open-${process.pid}`, private: `closed-${process.pid}` };
    const projects: string[] = [];
    const nodes: Containerd[] = [];
    const token = (): string => gitea.env['GITEA_TOKEN'] ?? '';
    const api = () => giteaApi(new URL(`http://${gitea.host}`), token());

    beforeAll(async () => {
      [source, gitea] = await Promise.all([startDistribution(), startGitea()]);
      for (const visibility of ['public', 'private'] as const)
        await api().makeOrganisation(owners[visibility], visibility);
      const store = await openRegistry({ registry: source.host, repository: 'up/multus-cni' }, { env: {} });
      index = await pushImage(store, 'v9-thick', SPEC);
    });
    afterEach(async () => {
      await Promise.all(nodes.splice(0).map((one) => one.stop()));
    });
    afterAll(async () => {
      for (const owner of Object.values(owners)) await api().removeOrganisation(owner);
      await Promise.all(projects.map((project) => rm(project, { recursive: true })));
      await Promise.all([source?.stop(), gitea?.stop()]);
    });

    /** A project whose image is mirrored to an organisation, and what mirror and release said. */
    async function mirrored(
      owner: string,
    ): Promise<{ readonly project: string; readonly said: readonly Ran[] }> {
      const project = await projectCopy();
      projects.push(project);
      const from = { registry: source.host, repository: 'up/multus-cni' };
      await pinImage(project, { ...from, tag: 'v9-thick', digest: index.digest });
      await setMirror(project, `oci://${gitea.host}/${owner}`);
      const commands = [['mirror'], ['release', '--registry', `oci://${gitea.host}/${owner}`]] as const;
      const said = commands.map(([name, ...args]) =>
        runScript(name, ['--project', project, ...args], gitea.env),
      );
      expect(said.map(({ status, output }) => (status === 0 ? '' : output))).toEqual(['', '']);
      return { project, said };
    }

    /** A node that knows nothing but what it is told; containerd speaks http with this machine by itself. */
    async function node(hosts: Readonly<Record<string, string>> = {}): Promise<Containerd> {
      const started = await startContainerd(hosts);
      nodes.push(started);
      return started;
    }

    it('pulls the whole image by its digest from a public organisation, without credentials', async () => {
      const { project, said } = await mirrored(owners.public);
      const name = `${gitea.host}/${owners.public}/multus-cni`;
      for (const { output } of said) expect(output).toContain(`can pull ${name} without credentials`);
      const pod = podOf(project);
      expect(pod).toMatchObject({ containers: [{ image: `${name}:v9-thick@${index.digest}` }] });
      const machine = await node();
      expect(pull(machine, pod, [])).toMatchObject({ status: 0 });
      await expectWhole(machine, pod.containers[0]?.image ?? '');
    });

    it('is refused at a private one, as was warned; the Secret of the warning is enough', async () => {
      const { project, said } = await mirrored(owners.private);
      const name = `${gitea.host}/${owners.private}/multus-cni`;
      for (const { output } of said) {
        expect(output).toContain(`nodes cannot pull ${name} without credentials.`);
        expect(output).toContain("the chart's value imagePullSecrets");
        expect(output).not.toContain(token());
      }
      const refused = pull(await node(), podOf(project), []);
      expect(refused.status).not.toBe(0);
      expect(refused.stderr).toMatch(/401 Unauthorized|authorization failed/);

      const secret = await secretOf(said[0]?.output ?? '', { NAME: gitea.user, PASSWORD: token() });
      const pod = podOf(project, '--set', `imagePullSecrets[0].name=${secret.metadata.name}`);
      const machine = await node();
      expect(pull(machine, pod, [secret])).toMatchObject({ status: 0, stderr: '' });
      await expectWhole(machine, pod.containers[0]?.image ?? '');
      // A Secret for another host is none.
      const other = await secretOf((said[0]?.output ?? '').replaceAll(gitea.host, 'git.example.org'), {
        NAME: gitea.user,
        PASSWORD: token(),
      });
      expect(pull(await node(), pod, [other]).status).not.toBe(0);
    });

    it('speaks http where hosts.toml of the guide says so', async () => {
      const image = `git.example.org:3000/${owners.public}/multus-cni@${index.digest}`;
      const [toml = ''] = await blocksOf('toml');
      const plain = toml.replaceAll('git.example.org:3000', gitea.host);
      expect(plain).not.toBe(toml);
      expect((await node()).crictl('pull', image).status).not.toBe(0);
      const machine = await node({ 'git.example.org:3000': plain });
      expect(machine.crictl('pull', image)).toMatchObject({ status: 0, stderr: '' });
      await expectWhole(machine, image);
    });

    it('takes no bundle, but what the guide’s lines make of one, under the name of the chart', async () => {
      const [project = ''] = projects;
      const bundle = join(project, 'dist', 'site.tar');
      const made = runScript('bundle', ['--project', project, '--output', bundle]);
      expect(made.output).toContain('bundled');
      const machine = await node();
      const direct = machine.shell(`ctr -n k8s.io images import ${bundle}`);
      expect(direct.stderr).toContain('mismatched image rootfs and manifest layers');
      expect(direct.status).not.toBe(0);

      const lines = (await blocksOf('lines')).filter((line) => /^(?:skopeo|ctr) /.test(line));
      expect(lines).toHaveLength(2);
      const { image = '' } = podOf(project).containers[0] ?? {};
      expect(machine.crictl('inspecti', image).status).not.toBe(0);
      const run = (line: string): void => {
        const here = line
          .replace(/dist\/multus-\S+?\.bundle\.tar/, bundle)
          .replaceAll('git.example.org/infra', `${gitea.host}/${owners.public}`)
          .replaceAll(/:v[\d.]+-thick/g, ':v9-thick');
        expect(machine.shell(here)).toMatchObject({ status: 0 });
      };
      // One platform alone is another image.
      for (const line of lines) run(line.replace(' --all ', ' '));
      expect(machine.crictl('inspecti', image).stderr).toContain('no such image');
      machine.shell('rm multus-cni.tar');
      for (const line of lines) run(line);
      await expectWhole(machine, image);
    });

    /** That a node has what the chart names, found by name and digest, each piece as its digest says. */
    async function expectWhole(machine: Containerd, reference: string): Promise<void> {
      const { status } = JSON.parse(
        machine.crictl('inspecti', '-o', 'json', reference).stdout.toString(),
      ) as {
        readonly status: { readonly repoDigests: readonly string[] };
      };
      const { registry, repository } = parseImageReference(reference);
      expect(status.repoDigests).toContain(`${registry}/${repository}@${index.digest}`);
      const content = (digest: string): Buffer => {
        const { stdout } = machine.shell(`ctr -n k8s.io content get ${digest}`);
        expect(digestOf(stdout)).toBe(digest);
        return stdout;
      };
      const { manifests } = JSON.parse(content(index.digest).toString()) as {
        readonly manifests: readonly Descriptor[];
      };
      const own = manifests.find(
        ({ platform }) => platform?.os === 'linux' && platform.architecture === NODE_ARCHITECTURE,
      );
      const { config, layers } = JSON.parse(content(own?.digest ?? '').toString()) as {
        readonly config: Descriptor;
        readonly layers: readonly Descriptor[];
      };
      expect(layers).toHaveLength(SPEC.layers);
      for (const { digest } of [config, ...layers]) content(digest);
    }
  },
);

/** The pod template of the DaemonSet as the project's chart renders it. */
function podOf(project: string, ...args: readonly string[]): PodSpec {
  const rendered = runScript('template', ['--project', project, ...args]);
  const objects = parseAllDocuments(rendered.output).map(
    (document) =>
      document.toJS() as {
        readonly kind: string;
        readonly spec: { readonly template: { readonly spec: PodSpec } };
      } | null,
  );
  const found = objects.find((object) => object?.kind === 'DaemonSet');
  if (found === undefined || found === null) throw new Error(rendered.output);
  return found.spec.template.spec;
}

/**
 * Pulls a pod's image as the kubelet does: with the login for the image's host in the Secrets that
 * imagePullSecrets names (kubernetes, pkg/credentialprovider), or without any.
 */
function pull(machine: Containerd, pod: PodSpec, secrets: readonly RegistrySecret[]): Said {
  const image = pod.containers[0]?.image ?? '';
  const { registry } = parseImageReference(image);
  const named = secrets.filter(({ metadata }) =>
    pod.imagePullSecrets?.some(({ name }) => name === metadata.name),
  );
  const logins = named.map(({ data }) => {
    const config = JSON.parse(Buffer.from(data['.dockerconfigjson'], 'base64').toString()) as {
      readonly auths: Readonly<Record<string, { readonly auth: string }>>;
    };
    return config.auths[registry]?.auth;
  });
  const login = logins.find((auth) => auth !== undefined);
  return machine.crictl('pull', ...(login === undefined ? [] : ['--auth', login]), image);
}

/** The Secret that the printed command makes, its words filled in. */
async function secretOf(
  output: string,
  { NAME, PASSWORD }: { readonly NAME: string; readonly PASSWORD: string },
): Promise<RegistrySecret> {
  const line = /^ {2}(kubectl create secret .*)$/m.exec(output)?.[1] ?? '';
  const command = `${line.replace('=NAME ', `=${NAME} `)} --dry-run=client -o json`;
  const path = `${dirname(await kubectlPath())}:${process.env['PATH'] ?? ''}`;
  const { stdout, stderr } = spawnSync('sh', ['-c', command], {
    env: { PATH: path, HOME: '/nonexistent', PASSWORD },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const secret = JSON.parse(stdout) as RegistrySecret;
  expect(secret).toMatchObject({
    type: 'kubernetes.io/dockerconfigjson',
    metadata: { namespace: 'kube-system' },
  });
  return secret;
}

/** The fenced blocks of a language in the guide, or the lines of the indented ones. */
async function blocksOf(language: string): Promise<readonly string[]> {
  const text = await readFile(DOCS, 'utf8');
  if (language === 'lines') return [...text.matchAll(/^ {4}(\S.*)$/gm)].map(([, line = '']) => line);
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, block = '']) => block,
  );
}
