import { join } from 'node:path';
import { ChartError } from '../errors.ts';
import { digestOf } from '../oci/digest.ts';
import { serverName } from '../oci/docker-config.ts';
import { readBytes, writeAtomic } from '../io/files.ts';
import type { Helm } from '../io/helm.ts';
import { withTemporaryFolder } from '../io/temporary.ts';
import { loadArchive } from './load-archive.ts';

/** Where a chart was published, as Helm is told. */
export interface Published {
  /** `HOST[:PORT]`. */
  readonly registry: string;
  readonly repository: string;
  readonly version: string;
  /** Digest of the .tgz. */
  readonly digest: string;
  readonly plainHttp: boolean;
  readonly caFile?: string;
  readonly login?: { readonly username: string; readonly password: string };
}

/**
 * Pulls a published chart as its users will, with a real Helm, compares the archive and has it
 * loaded. The login goes through a file of its own with mode 0600, never through arguments.
 *
 * @throws VERIFY_FAILED when the archive is another, HELM_FAILED in Helm's words, PACKAGE_INVALID
 * when it is of another chart
 */
export async function helmPull(helm: Helm, published: Published): Promise<void> {
  const { registry, repository, version, digest, plainHttp, caFile } = published;
  await withTemporaryFolder('helm-pull-', async (folder) => {
    const config = await writeLogin(folder, published);
    const args = [
      'pull',
      `oci://${registry}/${repository}`,
      '--version',
      version,
      '--destination',
      folder,
      '--registry-config',
      config,
      ...(plainHttp ? ['--plain-http'] : []),
      ...(caFile === undefined ? [] : ['--ca-file', caFile]),
    ];
    const { status, stdout, stderr } = await helm.exec(args);
    if (status !== 0)
      throw new ChartError('HELM_FAILED', `helm ${helm.version} pull: ${(stderr || stdout).trim()}`);
    const name = repository.split('/').at(-1) ?? '';
    const file = `${name}-${version}.tgz`;
    const found = digestOf(await readBytes(join(folder, file)));
    if (found !== digest)
      throw new ChartError(
        'VERIFY_FAILED',
        `helm ${helm.version} pulled ${file} with ${found}, published was ${digest}`,
      );
    await loadArchive(helm, join(folder, file), { name, version });
  });
}

async function writeLogin(folder: string, { registry, login }: Published): Promise<string> {
  const file = join(folder, 'registry', 'config.json');
  const auth = login && Buffer.from(`${login.username}:${login.password}`).toString('base64');
  const auths = auth === undefined ? {} : { [serverName(registry)]: { auth } };
  await writeAtomic(file, JSON.stringify({ auths }), 0o600);
  return file;
}
