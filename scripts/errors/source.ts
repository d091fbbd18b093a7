import type { ErrorKind } from './kind.ts';

/** Of the upstream manifest: where it comes from, what the lock says of it; and how YAML files are read. */
export const SOURCE_ERRORS = {
  PARSE_ENCODING: {
    stage: 'parse',
    exit: 1,
    meaning:
      'A file is not the text that it should be: HTML, binary, not UTF-8, or with characters that YAML readers take differently.',
    remedy: 'Look at the file; of a manifest, a proxy or a login page may have answered in its place.',
  },
  PARSE_YAML: {
    stage: 'parse',
    exit: 1,
    meaning: 'A file is not YAML that kubectl and Helm read alike.',
    remedy: 'Correct the line that the message names.',
  },
  PARSE_LIMIT: {
    stage: 'parse',
    exit: 1,
    meaning: 'A file is larger, deeper or expands further than any that a person or Kubernetes needs.',
    remedy: 'Look at the place that the message names; do not trust the file.',
  },
  PARSE_DUPLICATE: {
    stage: 'parse',
    exit: 1,
    meaning: 'A key of a YAML file, or a whole resource, is there twice, and one would silently win.',
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
  IMAGE_DIGEST_MISMATCH: {
    stage: 'fetch',
    exit: 1,
    meaning: 'A registry answers another digest for a tag than the recipe states.',
    remedy:
      'Find out which is right before anything runs: the tag may have been moved. Then correct the recipe.',
  },
} as const satisfies Record<string, ErrorKind>;
