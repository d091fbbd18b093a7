/** Media types of a Helm chart in a registry. Source: Helm, pkg/registry/constants.go. */
export const HELM_CONFIG = 'application/vnd.cncf.helm.config.v1+json';
export const HELM_CHART = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
