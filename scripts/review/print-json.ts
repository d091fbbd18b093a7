import type { Json, JsonObject } from '../json/json.ts';
import { MARKS, type MarkKind } from './marks.ts';
import { showPath } from './path.ts';
import { consequences, undeclared, type Review } from './review.ts';

/** A review for machines; docs/review.md says what each member is. */
export function reviewJson(review: Review): JsonObject {
  const { before, after, objects, differ, groups } = review;
  const does = (kind: MarkKind): Json => Object.fromEntries(consequences(review, kind));
  return {
    before,
    after,
    objects,
    differ,
    undeclared: undeclared(review).length,
    ...Object.fromEntries((Object.keys(MARKS) as readonly MarkKind[]).map((kind) => [kind, does(kind)])),
    groups: groups.map(({ causes, items }) => ({
      causes: causes.map((cause) => ({ ...cause })),
      changes: items.map(({ object, was, path, kind, before: old, after: now, marks }) => ({
        object: { ...object },
        ...(was !== undefined && { was: { ...was } }),
        path: showPath(path),
        kind,
        ...(old !== undefined && { before: old }),
        ...(now !== undefined && { after: now }),
        marks: marks.map(({ kind: mark, what }) => ({ kind: mark, what })),
      })),
    })),
  };
}
