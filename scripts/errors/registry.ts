import type { ErrorKind } from './kind.ts';

/** Of stores and registries: content that moves, and what was published. */
export const REGISTRY_ERRORS = {
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
  OCI_LIMIT: {
    stage: 'oci',
    exit: 1,
    meaning: 'Content that is needed as a whole is larger than anything of its kind, so it is not read.',
    remedy: 'Look at what the message names; do not trust it.',
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
    remedy: 'Raise chart.version in recipe.yaml and describe the change in CHANGELOG.md.',
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
    remedy:
      'Check the credentials and what they may do (in Gitea: a token with write:package, of a user whose team may write packages).',
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
    remedy:
      'Check the registry; behind a proxy it must know its own public address (in Gitea: ROOT_URL, and X-Forwarded-Proto of the proxy).',
  },
} as const satisfies Record<string, ErrorKind>;
