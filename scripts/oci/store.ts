import type { ByteStream } from '../io/byte-stream.ts';

/** OCI content descriptor (image-spec v1.1, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:<64 hex>`. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
  readonly artifactType?: string;
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/**
 * A content store, as in oras-go: content by descriptor, tags by name. An OCI
 * image layout on disk and a repository of a remote registry are the two
 * implementations; everything that moves is a copy between two of them.
 */
export interface ContentStore {
  /** How messages name it: a directory or `HOST/OWNER/NAME`. */
  readonly name: string;
  exists(descriptor: Descriptor): Promise<boolean>;
  /** The content's bytes; the reader checks digest and size. Throws OCI_NOT_FOUND. */
  fetch(descriptor: Descriptor): Promise<ByteStream>;
  /**
   * Stores content under its digest, checked on the way. `open` may be called again
   * for a retry. No effect when the content is there already.
   */
  push(descriptor: Descriptor, open: () => Promise<ByteStream>): Promise<void>;
  /** What a tag (or a digest) names; undefined when there is nothing. */
  resolve(reference: string): Promise<Descriptor | undefined>;
  /**
   * Points a tag at a manifest that the store already holds.
   *
   * @param wanted asked right before each attempt, where a store needs several: false when
   *   there is nothing to do any more; what it throws ends the call
   */
  tag(descriptor: Descriptor, tag: string, wanted?: () => Promise<boolean>): Promise<void>;
  /** Cross-repository mount, where the store can: true when the content is now here. */
  mount?(descriptor: Descriptor, fromRepository: string): Promise<boolean>;
}
