import { isObject } from '../json/tree.ts';
import type { Resource } from '../manifest/manifest.ts';
import { below, together, type Draft, type Proposal } from './draft.ts';
import { fieldDraft } from './field-draft.ts';
import { camel, capitalized, distinct, withoutLast, withoutStem } from './names.ts';
import { selectOf } from './select-of.ts';
import type { Subject } from './subject.ts';
import type { Workload } from './workloads.ts';

/** Type, ports and annotations of services, beside the workload that they lead to. */
export function serviceValues(subject: Subject): Proposal {
  const services = subject.resources.filter(
    ({ kind, apiVersion }) => kind === 'Service' && apiVersion === 'v1',
  );
  const targets = new Map(services.map((service) => [service, targetOf(service, subject)] as const));
  const shortName = (service: Resource): string => {
    const target = targets.get(service);
    const stems = target === undefined ? subject.stems : [target.resource.name, ...subject.stems];
    return withoutLast(withoutStem(service.name, stems), /-(?:service|svc)$/);
  };
  const keys = distinct(services, (service) => {
    const { name, namespace = '' } = service;
    const target = targets.get(service);
    const own = services.filter((other) => targets.get(other) === target);
    const isPlain = own.length === 1 || name === target?.resource.name;
    // A manifest of one service leaves no doubt.
    if (services.length === 1 && (target === undefined || target.key === ''))
      return ['service', 'service', 'service'];
    const at = (key: string): string =>
      target === undefined ? `services.${camel(key)}` : below(target.key, `${camel(key)}Service`);
    return [
      target !== undefined && isPlain ? below(target.key, 'service') : at(shortName(service)),
      at(name),
      at(`${namespace}-${name}`),
    ];
  });
  return together(
    services.map((service) => serviceDrafts(service, keys.get(service) ?? '', targets.get(service), subject)),
  );
}

function serviceDrafts(
  service: Resource,
  path: string,
  target: Workload | undefined,
  subject: Subject,
): Proposal {
  const { spec } = service.object;
  if (!isObject(spec)) return together([]);
  const holder = {
    name: path.split('.').reduce((all, part) => all + capitalized(part)),
    select: selectOf(service, subject.resources),
  };
  const base = { section: target?.section ?? 'Services', workload: target?.key ?? '' } as const;
  const place = { ...base, type: 'core.v1.ServiceSpec', object: spec, holder, inside: 'spec.' } as const;
  const what = `Service/${service.name}`;
  const isHeadless = spec['clusterIP'] === 'None';
  const rows = isHeadless ? (['ports'] as const) : (['type', 'ports'] as const);
  const annotations: Draft = {
    ...base,
    kind: 'service',
    path: `${path}.annotations`,
    place: 'merge',
    form: 'yaml',
    spots: [{ holder, field: 'metadata.annotations', create: true }],
  };
  return together([
    ...rows.map((field) =>
      fieldDraft(
        { kind: 'service', field, ...(field === 'ports' && { required: true }) },
        { ...place, path: `${path}.${field}`, what },
      ),
    ),
    { drafts: [annotations], left: [] },
  ]);
}

/** The only workload whose pods a service selects. */
function targetOf({ object, namespace }: Resource, { workloads }: Subject): Workload | undefined {
  const selector = isObject(object['spec']) ? object['spec']['selector'] : undefined;
  if (!isObject(selector) || Object.keys(selector).length === 0) return undefined;
  const found = workloads.filter(({ resource, metadata }) => {
    const labels = metadata?.['labels'];
    return (
      resource.namespace === namespace &&
      isObject(labels) &&
      Object.entries(selector).every(([key, value]) => labels[key] === value)
    );
  });
  return found.length === 1 ? found[0] : undefined;
}
