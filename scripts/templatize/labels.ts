/**
 * Helm's recommended labels that a `labels` entry writes; the named template in
 * _helpers.tpl and the oracle both follow this list.
 * Source: Helm's chart best practices, "Labels and Annotations".
 */
export const CHART_LABEL_KEYS = [
  'helm.sh/chart',
  'app.kubernetes.io/name',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/version',
  'app.kubernetes.io/managed-by',
] as const;
