/** The machine-written record of what the chart is made from: `upstream/lock.yaml`. */
export interface Lock {
  /** Upstream's version, as the recipe named it when the file was fetched. */
  readonly version: string;
  /** Where the recipe says the file comes from (not the mirror it may have come from). */
  readonly url: string;
  /** sha256 of the upstream file's raw bytes, 64 hex digits. */
  readonly sha256: string;
  /** `sha256:<hex>` of the parsed documents, see parse/digest.ts. */
  readonly documents: string;
  /** RFC 3339 UTC. When the lock's content last changed; the only date a release knows. */
  readonly created: string;
  /** Pinned images by the path of their image value, for example `image`. */
  readonly images: Readonly<Record<string, LockedImage>>;
}

export interface LockedImage {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** Digest of the multi-arch index, `sha256:<hex>`. */
  readonly digest: string;
  /** For example `linux/amd64`. */
  readonly platforms: readonly string[];
  /** Who stated the digest: the registry itself, or the recipe (registry not asked). */
  readonly source: 'registry' | 'recipe';
}
