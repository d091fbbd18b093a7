/**
 * Every error a user can meet, as one table. `docs/errors.md` is generated from it.
 *
 * The exit codes: 0 done, 1 refused or findings, 2 usage, 3 network or registry, 70 a bug.
 */

/** What a code means and which exit status it ends the process with. */
interface ErrorKind {
  readonly stage: Stage;
  readonly exit: 1 | 2 | 3 | 70;
  /** One sentence: what happened. */
  readonly meaning: string;
  /** One sentence: what to do about it. */
  readonly remedy: string;
}

/** The stage of the pipeline that raises an error. */
export type Stage =
  | 'usage'
  | 'fetch'
  | 'parse'
  | 'recipe'
  | 'templatize'
  | 'assemble'
  | 'validate'
  | 'package'
  | 'publish'
  | 'verify'
  | 'oci'
  | 'helm'
  | 'bug';

export const ERRORS = {
  USAGE: {
    stage: 'usage',
    exit: 2,
    meaning: 'A flag or an argument is unknown, missing or malformed.',
    remedy: 'Run the command with --help.',
  },
  FILE_MISSING: {
    stage: 'usage',
    exit: 2,
    meaning: 'A file that the command needs does not exist or cannot be read.',
    remedy: 'Check the path, or run the command that writes the file.',
  },
  FILE_SYSTEM: {
    stage: 'usage',
    exit: 1,
    meaning:
      'The file system does not let a file or a folder be used: permission, read-only, or something else in its place.',
    remedy: 'Correct what the message names, or choose another folder; then run again.',
  },
  DISK_FULL: {
    stage: 'usage',
    exit: 1,
    meaning: 'The disk is full. What was written completely is kept; nothing was tagged that is not whole.',
    remedy: 'Free space and run again: what is there already is skipped.',
  },
  PARSE_ENCODING: {
    stage: 'parse',
    exit: 1,
    meaning:
      'The manifest is not YAML text: HTML, binary, not UTF-8, or with characters that YAML readers take differently.',
    remedy: 'Look at the file; a proxy or a login page may have answered in its place.',
  },
  PARSE_YAML: {
    stage: 'parse',
    exit: 1,
    meaning: 'The manifest is not YAML that kubectl and Helm read alike.',
    remedy: 'Correct the line that the message names.',
  },
  PARSE_LIMIT: {
    stage: 'parse',
    exit: 1,
    meaning: 'The manifest is larger, deeper or expands further than any manifest for Kubernetes does.',
    remedy: 'Look at the place that the message names; do not trust the file.',
  },
  PARSE_DUPLICATE: {
    stage: 'parse',
    exit: 1,
    meaning: 'A key of the manifest, or a whole resource, is there twice, and one would silently win.',
    remedy: 'Remove one of the two.',
  },
  PARSE_OBJECT: {
    stage: 'parse',
    exit: 1,
    meaning: 'A document of the manifest is not a Kubernetes object with apiVersion, kind and metadata.name.',
    remedy: 'Correct the document that the message names.',
  },
  FETCH_URL: {
    stage: 'fetch',
    exit: 2,
    meaning: 'A URL of the recipe or of --from cannot be used.',
    remedy: 'Give an http or https URL, without credentials in recipe.yaml.',
  },
  FETCH_NETWORK: {
    stage: 'fetch',
    exit: 3,
    meaning:
      'A server did not give the file: no connection, no answer in time, an error status, or a broken answer.',
    remedy: 'Check the network and HTTPS_PROXY, try again, or name a file by --from.',
  },
  FETCH_CHECKSUM: {
    stage: 'fetch',
    exit: 1,
    meaning: 'The bytes of the upstream file are not those that the lock (or --sha256) names.',
    remedy:
      'Do not use the file before you know why: upstream moved its tag, or somebody changed it on the way.',
  },
  FETCH_FAILED: {
    stage: 'fetch',
    exit: 3,
    meaning: 'None of the sources has the upstream file; the warnings above say why, one by one.',
    remedy: 'Check the network and HTTPS_PROXY, add a mirror to recipe.yaml, or name a file by --from.',
  },
  FETCH_UNPINNED: {
    stage: 'fetch',
    exit: 1,
    meaning:
      'The recipe names an upstream version that the lock does not know, so nothing vouches for its bytes.',
    remedy:
      'Run npm run fetch -- --sha256 HEX with a checksum you know, or --update to trust what the source has now.',
  },
  FETCH_STALE: {
    stage: 'fetch',
    exit: 1,
    meaning: 'The vendored snapshot is not the canonical form of the upstream file.',
    remedy: 'Run npm run fetch, and review the difference before you commit it.',
  },
  LOCK_INVALID: {
    stage: 'fetch',
    exit: 1,
    meaning: 'upstream/lock.yaml does not have the form that npm run fetch and npm run pin write.',
    remedy: 'Restore the committed file, or run npm run fetch.',
  },
  SNAPSHOT_DIGEST: {
    stage: 'fetch',
    exit: 1,
    meaning: 'upstream/manifest.yaml is not what upstream/lock.yaml says, so somebody edited one of the two.',
    remedy: 'Run npm run fetch, and review the difference before you commit it.',
  },
  RECIPE_INVALID: {
    stage: 'recipe',
    exit: 1,
    meaning: 'recipe.yaml does not have the form that scripts/recipe/recipe.schema.json describes.',
    remedy: 'Correct the line that the message names.',
  },
  RECIPE_SELECTOR: {
    stage: 'templatize',
    exit: 1,
    meaning: 'A select or a fieldPath of the recipe matches nothing in the manifest, or more than one thing.',
    remedy:
      'Upstream may have changed: correct the selector in recipe.yaml; the message names the nearest match.',
  },
  RECIPE_CLAIM: {
    stage: 'templatize',
    exit: 1,
    meaning: 'Two entries of the recipe claim the same field of the manifest.',
    remedy: 'Keep one of them, or give the other a field of its own.',
  },
  RECIPE_DEFAULT: {
    stage: 'templatize',
    exit: 1,
    meaning: 'A default and its reason do not fit what upstream has.',
    remedy: 'A default that departs from upstream needs a reason, and a reason needs a departure.',
  },
  IMAGE_UNPINNED: {
    stage: 'templatize',
    exit: 1,
    meaning: 'An image of the manifest has no digest, so what it runs could change under a released chart.',
    remedy: 'Run npm run pin, which asks the registry and writes upstream/lock.yaml.',
  },
  IMAGE_PIN_STALE: {
    stage: 'templatize',
    exit: 1,
    meaning:
      'recipe.yaml was changed after upstream/lock.yaml pinned the image, so the lock has another one.',
    remedy: 'Run npm run pin, which asks the registry and writes upstream/lock.yaml.',
  },
  IMAGE_DIGEST_MISMATCH: {
    stage: 'fetch',
    exit: 1,
    meaning: 'A registry answers another digest for a tag than the recipe states.',
    remedy:
      'Find out which is right before anything runs: the tag may have been moved. Then correct the recipe.',
  },
  SCHEMA_INVALID: {
    stage: 'assemble',
    exit: 1,
    meaning: 'values.schema.json or one of its fragments is not usable.',
    remedy: 'Correct the file that the message names.',
  },
  TEMPLATE_INVALID: {
    stage: 'assemble',
    exit: 1,
    meaning: 'A Handlebars source in templates/ cannot be compiled or names something that is not there.',
    remedy: 'Correct the file that the message names.',
  },
  VALUES_REFUSED: {
    stage: 'validate',
    exit: 1,
    meaning: 'The chart refuses these values although the schema cannot.',
    remedy: 'Correct the value that the message names.',
  },
  CHART_FINDINGS: {
    stage: 'validate',
    exit: 1,
    meaning: 'A check of the chart does not hold; the message lists every finding.',
    remedy: 'Correct what the findings name; the word in brackets is the rule.',
  },
  CHART_STALE: {
    stage: 'assemble',
    exit: 1,
    meaning: 'chart/ on disk is not what the recipe makes.',
    remedy: 'Run npm run build and commit chart/.',
  },
  DOCS_STALE: {
    stage: 'assemble',
    exit: 1,
    meaning: 'A generated page of docs/ is not what the code makes.',
    remedy: 'Run npm run docs and commit the page.',
  },
  HELM_MISSING: {
    stage: 'helm',
    exit: 2,
    meaning: 'A Helm that the command needs is not on this machine, or cannot run here.',
    remedy:
      'Get Helm 3 and Helm 4 from https://github.com/helm/helm/releases, then put them on PATH as helm3 and helm4, or set HELM=/path/to/helm3:/path/to/helm4.',
  },
  HELM_FAILED: {
    stage: 'helm',
    exit: 1,
    meaning: 'Helm refused the chart or the values.',
    remedy: 'The message is in the words of Helm; correct what it names.',
  },
  PACKAGE_INVALID: {
    stage: 'package',
    exit: 1,
    meaning: 'The chart cannot be packed so that Helm and registries accept it.',
    remedy: 'Correct what the message names.',
  },
  CHANGELOG_INVALID: {
    stage: 'package',
    exit: 1,
    meaning: 'CHANGELOG.md is not in the form of Keep a Changelog, or lacks the version that is released.',
    remedy: 'Correct the line that the message names.',
  },
  OCI_NOT_FOUND: {
    stage: 'oci',
    exit: 3,
    meaning: 'A registry or a layout does not have the content or the tag.',
    remedy: 'Check the name, the tag and whether the credentials may read it.',
  },
  OCI_DIGEST: {
    stage: 'oci',
    exit: 3,
    meaning: 'Content is not what its digest or size says: cut off, altered or wrong.',
    remedy: 'Try again; if it stays, the store or a proxy in between alters content.',
  },
  OCI_MANIFEST: {
    stage: 'oci',
    exit: 3,
    meaning: 'What a store gives as a manifest is not one.',
    remedy: 'Check the name; a login page or an error page in its place is a common cause.',
  },
  OCI_LAYOUT: {
    stage: 'oci',
    exit: 1,
    meaning: 'A directory is not a usable OCI image layout.',
    remedy: 'Check the path; if nothing was published from it, remove the directory and run again.',
  },
  OCI_COPY: {
    stage: 'oci',
    exit: 3,
    meaning: 'A copy between two stores failed on the side that the message names.',
    remedy: 'Run again: what was copied already is skipped.',
  },
  PUBLISH_CONFLICT: {
    stage: 'publish',
    exit: 1,
    meaning: 'The version is released already with another content; a released version never changes.',
    remedy:
      'Raise chart.version in recipe.yaml and describe the change in CHANGELOG.md. (A layout in dist/ that nobody has seen may be removed instead.)',
  },
  PUBLISH_RACE: {
    stage: 'publish',
    exit: 1,
    meaning: 'Somebody else released the version between the plan and the tag.',
    remedy: 'Run again: it says whether the two releases are the same. Nothing of theirs was touched.',
  },
  MIRROR_INCOMPLETE: {
    stage: 'publish',
    exit: 1,
    meaning: 'The recipe names a mirror for the images, and the mirror does not hold all of them.',
    remedy: 'Run npm run mirror, or release with --mirror-images.',
  },
  VERIFY_FAILED: {
    stage: 'verify',
    exit: 3,
    meaning: 'What was read back is not what was published.',
    remedy:
      'Somebody else may have published at the same time, or the registry alters content. Run again and compare the digests.',
  },
  REGISTRY_REFERENCE: {
    stage: 'oci',
    exit: 2,
    meaning: 'The name of a registry, repository or image cannot be used.',
    remedy: 'Write oci://HOST/OWNER in lower case, or HOST/OWNER/NAME:TAG for an image.',
  },
  REGISTRY_CREDENTIALS: {
    stage: 'oci',
    exit: 2,
    meaning: 'Credentials for a registry were given but cannot be used.',
    remedy:
      'Give --username with --password-stdin, or GITEA_TOKEN, or REGISTRY_USERNAME and REGISTRY_PASSWORD, or log in with docker or helm.',
  },
  REGISTRY_NETWORK: {
    stage: 'oci',
    exit: 3,
    meaning: 'A registry cannot be reached, or the connection to it fails again and again.',
    remedy: 'Check the address, the network and HTTPS_PROXY, and run again: what is there already is kept.',
  },
  REGISTRY_DENIED: {
    stage: 'oci',
    exit: 3,
    meaning: 'A registry does not let these credentials, or nobody without credentials, do this.',
    remedy: 'Check the credentials and what they may do (in Gitea: a token with write:package).',
  },
  REGISTRY_ANSWER: {
    stage: 'oci',
    exit: 3,
    meaning:
      'A registry refused a request, or its answer does not follow the OCI distribution specification.',
    remedy: 'The message has the words of the registry; its log may say more.',
  },
  REGISTRY_REDIRECT: {
    stage: 'oci',
    exit: 3,
    meaning: 'A registry sends the client to an address where it must not go.',
    remedy: 'Check the registry; behind a proxy it must know its own public address (in Gitea: ROOT_URL).',
  },
  BUG: {
    stage: 'bug',
    exit: 70,
    meaning: 'Something happened that the code holds impossible.',
    remedy: 'Please report it with the whole output.',
  },
} as const satisfies Record<string, ErrorKind>;
