import semver from 'semver';

/** A tag that is a version: `v4.2.4-thick` is `v`, 4.2.4 and `-thick`. */
export interface VersionTag {
  readonly prefix: string;
  readonly version: string;
  readonly suffix: string;
}

/** Undefined for a tag without a version of three numbers. */
export function versionTag(tag: string): VersionTag | undefined {
  const [, prefix, version, suffix] = /^(.*?)(\d+\.\d+\.\d+)(.*)$/.exec(tag) ?? [];
  if (prefix === undefined || version === undefined || suffix === undefined) return undefined;
  return semver.valid(version) === null ? undefined : { prefix, version, suffix };
}

/**
 * The tags that are newer than one and of its kind: with the same text before and behind the version,
 * so that `v4.3.0-thick` follows `v4.2.4-thick`, and neither `v4.3.0` nor `v4.3.0-rc.1-thick` does. The newest first.
 */
export function newerTags(tag: string, tags: readonly string[]): readonly string[] {
  const own = versionTag(tag);
  if (own === undefined) return [];
  return tags
    .flatMap((other) => {
      const found = versionTag(other);
      if (found?.prefix !== own.prefix || found.suffix !== own.suffix) return [];
      return semver.gt(found.version, own.version) ? [{ other, version: found.version }] : [];
    })
    .toSorted((a, b) => semver.rcompare(a.version, b.version))
    .map(({ other }) => other);
}

/** The tags that are versions as one is, the newest first; pre-releases, too. */
export function sortedTags(like: string, tags: readonly string[]): readonly string[] {
  const prefix = versionTag(like)?.prefix;
  const parsed = tags.flatMap((tag) => {
    const found = versionTag(tag);
    const version = found?.prefix === prefix ? semver.parse(tag.slice(prefix?.length ?? 0)) : null;
    return version === null ? [] : [{ tag, version }];
  });
  return parsed.toSorted((a, b) => semver.rcompare(a.version, b.version)).map(({ tag }) => tag);
}

/**
 * The tag that follows upstream to another version: that of a departure whose numbers are upstream's own (of
 * the same minor as the version that it departed from). Undefined where it stays: it is as new, or goes its own way.
 *
 * @param before upstream's version until now
 * @param now upstream's version from now on
 */
export function followingTag(tag: string, before: string, now: string): string | undefined {
  const [own, old, fresh] = [versionTag(tag), versionTag(before), versionTag(now)];
  if (own === undefined || old === undefined || fresh === undefined || fresh.suffix !== old.suffix)
    return undefined;
  const minor = (version: string): string => `${semver.major(version)}.${semver.minor(version)}`;
  if (minor(own.version) !== minor(old.version) || !semver.gt(fresh.version, own.version)) return undefined;
  return `${own.prefix}${fresh.version}${own.suffix}`;
}

/**
 * The version that runs, for `appVersion`: of the image where it was the image's, of upstream where it was
 * upstream's. Undefined where it was neither.
 */
export function nextAppVersion(
  appVersion: string,
  sources: readonly { readonly before: string; readonly now: string }[],
): string | undefined {
  for (const { before, now } of sources) {
    const [old, fresh] = [versionTag(before), versionTag(now)];
    if (old !== undefined && fresh !== undefined && appVersion === old.version) return fresh.version;
    if (appVersion === before) return now;
    if (old !== undefined && fresh !== undefined && appVersion === `v${old.version}`)
      return `v${fresh.version}`;
  }
  return undefined;
}
