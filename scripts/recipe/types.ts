import type { Json, JsonObject } from '../json/json.ts';
import type { Entry } from './entry.ts';

/** An image that the recipe pins. */
export interface ImagePin {
  readonly tag: string;
  /** The digest as public sources state it; a registry that answers another is refused. */
  readonly digest?: string;
  readonly platforms?: readonly string[];
  /** Why this tag when upstream names another. */
  readonly reason?: string;
}

export interface Maintainer {
  readonly name: string;
  readonly email?: string;
  readonly url?: string;
}

/** Identity of the chart; the members of Chart.yaml. */
export interface ChartIdentity {
  readonly name: string;
  /** Semantic version without build metadata (a Gitea tag cannot hold `+`). */
  readonly version: string;
  readonly appVersion: string;
  readonly description: string;
  readonly kubeVersion?: string;
  readonly home?: string;
  readonly icon?: string;
  readonly sources?: readonly string[];
  readonly keywords?: readonly string[];
  readonly maintainers?: readonly Maintainer[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** Artifact Hub's links, shown beside home and sources. */
  readonly links?: readonly { readonly name: string; readonly url: string }[];
  /** SPDX identifier of the chart's licence. */
  readonly license: string;
}

export interface UpstreamSource {
  readonly version: string;
  /** A URL, or the path of a file from the project on (`./`, `../`); `{version}` stands for the version. */
  readonly url: string;
  readonly mirrors?: readonly string[];
}

/** How the site deploys the chart by Argo CD; see npm run argocd. */
export interface ArgoSettings {
  /** Name of the Application (default: the chart's). */
  readonly application?: string;
  /** Destination namespace. */
  readonly namespace?: string;
  /** Folder of the wrapper chart under a directory generator. */
  readonly path?: string;
  readonly project?: string;
  readonly argocdNamespace?: string;
  /** Values that differ from the chart's defaults. */
  readonly values?: JsonObject;
}

/**
 * Sets of values by name, for example host paths by platform. A value that a preset
 * names has no default in values.yaml: unset it follows the preset, set it wins.
 */
export interface Presets {
  /** Path of the value that chooses, for example `platform`. */
  readonly path: string;
  /** The preset that is upstream's own: what it does not state is what upstream has. */
  readonly default: string;
  /** Name → path of a value → its value there. */
  readonly options: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

/** What a chart is: recipe.yaml. */
export interface Recipe {
  readonly upstream: UpstreamSource;
  readonly chart: ChartIdentity;
  /** Registry and owner that hold copies of the images (`oci://HOST/OWNER`): the chart names these. */
  readonly mirror?: string;
  /**
   * `folder`: CustomResourceDefinitions are files of the chart's crds/, as upstream has them. Helm installs
   * those first, and neither fills in values nor upgrades or deletes them.
   */
  readonly crds?: 'folder';
  /** By the path of the image value. */
  readonly images: Readonly<Record<string, ImagePin>>;
  /** Bindings: `values` first, then `additions`, in the file's order. */
  readonly entries: readonly Entry[];
  readonly presets?: Presets;
  readonly argocd?: ArgoSettings;
  readonly publish?: { readonly registry?: string };
}
