import { ChartError } from '../../errors.ts';
import { valuePath } from '../go-template.ts';
import type { ChartForm } from './form.ts';

/** A name and a version together as a label's value. */
const LABEL = 'replace "+" "_" | trunc 63 | trimSuffix "-" | quote';

/** Helm's recommended labels. Source: Helm's chart best practices, "Labels and Annotations". */
const LABELS = {
  'helm.sh/chart': `printf "%s-%s" .Chart.Name .Chart.Version | ${LABEL}`,
  'app.kubernetes.io/name': '.Chart.Name | quote',
  'app.kubernetes.io/instance': '.Release.Name | quote',
  'app.kubernetes.io/version': `.Chart.AppVersion | ${LABEL}`,
  'app.kubernetes.io/managed-by': '.Release.Service | quote',
} as const;

export const LABEL_KEYS: readonly string[] = Object.keys(LABELS);

/** Helm's recommended labels beside upstream's. */
export const labels: ChartForm<'labels'> = {
  upstream: () => false,
  schema: () => ({ type: 'boolean' }),
  write: ({ entry }) => {
    throw new ChartError('BUG', `${entry.path}: labels are no field`);
  },
  named: ({ path }) => ({
    about: "Helm's recommended labels.",
    lines: [
      `{{- if ${valuePath(path)} -}}`,
      ...Object.entries(LABELS).map(([key, expression]) => `${key}: {{ ${expression} }}`),
      '{{- end -}}',
    ],
  }),
};
