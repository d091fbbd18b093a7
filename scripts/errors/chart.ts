import type { ErrorKind } from './kind.ts';

/** Of the chart: from the recipe to the packed archive. */
export const CHART_ERRORS = {
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
  IMAGE_LIST: {
    stage: 'templatize',
    exit: 1,
    meaning: 'The file that pin --from names states no digest, or two for one image.',
    remedy: 'Write one image a line: HOST/NAME:TAG@sha256:….',
  },
  IMAGE_PIN_STALE: {
    stage: 'templatize',
    exit: 1,
    meaning:
      'recipe.yaml was changed after upstream/lock.yaml pinned the image, so the lock has another one.',
    remedy: 'Run npm run pin, which asks the registry and writes upstream/lock.yaml.',
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
    meaning: 'A file in templates/ cannot be compiled or read, or names something that is not there.',
    remedy: 'Correct the file that the message names.',
  },
  VALUES_REFUSED: {
    stage: 'validate',
    exit: 1,
    meaning: 'The chart refuses these values: by its schema, or by what a schema cannot say.',
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
  CHART_FOREIGN: {
    stage: 'assemble',
    exit: 1,
    meaning:
      'A folder of generated files, chart/ or dist/argocd, holds files that this toolkit did not write, or that were edited since.',
    remedy: 'Move them out of the folder, or remove them; then run again.',
  },
  DOCS_STALE: {
    stage: 'assemble',
    exit: 1,
    meaning: 'A generated page of docs/ is not what the code makes.',
    remedy: 'Run npm run docs and commit the page.',
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
} as const satisfies Record<string, ErrorKind>;
