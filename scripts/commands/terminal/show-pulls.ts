import type { AskedImage } from '../../images/anonymous-pull.ts';
import { shellWord } from '../../json/shell-word.ts';
import { getPath } from '../../json/tree.ts';
import { serverName } from '../../oci/docker-config.ts';
import { parseRegistryReference } from '../../recipe/reference.ts';
import type { Recipe } from '../../recipe/types.ts';
import type { Output } from './output.ts';

/** Says whether nodes can pull images, and what to do where not. */
export function printPulls(asked: readonly AskedImage[], recipe: Recipe | undefined, out: Output): void {
  for (const { store, pull, reason } of asked) {
    if (pull === 'anyone') out.step('nodes', `can pull ${store} without credentials`);
    if (pull === 'unknown')
      out.warn(`whether nodes can pull ${store} without credentials could not be asked: ${reason}`);
  }
  const secret = asked.filter(({ pull }) => pull === 'credentials');
  tellOfSecrets(
    secret.map(({ store }) => store),
    recipe,
    out,
  );
}

const SECRET = 'registry-credentials';

function tellOfSecrets(stores: readonly string[], recipe: Recipe | undefined, out: Output): void {
  const value = recipe && pullSecretsValue(recipe);
  if (value?.isSet === true) {
    for (const store of stores)
      out.step('nodes', `pull ${store} with the credentials that ${value.path} names`);
    return;
  }
  const namespace = recipe?.argocd?.namespace;
  for (const host of new Set(stores.map((store) => parseRegistryReference(store).registry))) {
    const there = stores.filter((store) => parseRegistryReference(store).registry === host);
    const command = [
      `kubectl create secret docker-registry ${SECRET}`,
      ...(namespace === undefined ? [] : [`-n ${shellWord(namespace)}`]),
      `--docker-server=${shellWord(serverName(host))}`,
      '--docker-username=NAME --docker-password="$PASSWORD"',
    ].join(' ');
    out.warn(
      `nodes cannot pull ${there.join(', ')} without credentials. Make it public (in Gitea: the visibility of its owner), or create a Secret with credentials that may read it (in Gitea: a token with read:package)\n` +
        `  ${command}\n` +
        `and name it in ${value === undefined ? 'imagePullSecrets of the pods' : `the chart's value ${value.path}`}`,
    );
  }
}

/** The value that names the pods' Secrets, and whether the chart or the site's values set it. */
function pullSecretsValue({
  entries,
  argocd,
}: Recipe): { readonly path: string; readonly isSet: boolean } | undefined {
  const entry = entries.find(({ targets }) =>
    targets.some(({ fieldPaths = [] }) => fieldPaths.some((path) => /(?:^|\.)imagePullSecrets$/.test(path))),
  );
  if (entry === undefined) return undefined;
  const set = getPath(argocd?.values ?? {}, entry.path) ?? entry.default;
  return { path: entry.path, isSet: Array.isArray(set) && set.length > 0 };
}
