import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { copy } from '../../scripts/oci/copy.ts';
import type { RegistryOptions } from '../../scripts/oci/registry.ts';
import type { Descriptor } from '../../scripts/oci/store.ts';
import { fakeRegistry, type FakeOptions, type FakeRegistry } from '../helpers/fake-registry.ts';
import { graphStore, multiArch } from '../helpers/oci-graph.ts';
import { pinImage, projectCopy } from '../helpers/project.ts';
import { npmScripts } from '../helpers/this-project.ts';
import { openOn } from '../oci/registry-setup.ts';

/** The names of all commands: npm scripts that start an entry file. */
export function commandNames(): readonly string[] {
  return Object.entries(npmScripts()).flatMap(([name, line]) =>
    line.endsWith(` scripts/start.js ${name}`) ? [name] : [],
  );
}

/** Every file below a folder with its content and when it was written. */
export async function diskState(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  return new Map(
    await Promise.all(
      paths.map(async (path) => {
        const [{ mtimeMs }, bytes] = await Promise.all([stat(path), readFile(path)]);
        return [path.slice(folder.length + 1), `${mtimeMs} ${bytes.toString('base64')}`] as const;
      }),
    ),
  );
}

/** A project whose image is in a registry on the loopback. */
export interface Site {
  readonly project: string;
  readonly registry: FakeRegistry;
  /** `oci://HOST/site`, in the same registry. */
  readonly target: string;
  readonly image: Descriptor;
  /** Ends the registry and removes the project. */
  close(): Promise<void>;
}

const IMAGE = { repository: 'upstream/multus-cni', tag: 'v9-thick' } as const;

/**
 * A copy of this project whose image is pinned to one in a registry of its own.
 *
 * @param access how to reach the registry, where its options ask for more
 */
export async function site(options: FakeOptions = {}, access: Partial<RegistryOptions> = {}): Promise<Site> {
  const [project, registry] = await Promise.all([
    projectCopy(),
    fakeRegistry({ flavour: 'gitea', ...options }),
  ]);
  const graph = multiArch('site', 1000);
  const store = await openOn(registry.host, IMAGE.repository, access);
  await copy(graphStore(graph), store, graph.root, { tag: IMAGE.tag });
  await pinImage(project, { registry: registry.host, ...IMAGE, digest: graph.root.digest });
  return {
    project,
    registry,
    target: `oci://${registry.host}/site`,
    image: graph.root,
    close: async () => {
      await registry.close();
      await rm(project, { recursive: true });
    },
  };
}
