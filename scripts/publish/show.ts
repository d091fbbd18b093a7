import type { Output } from '../io/output.ts';
import type { Lock } from '../recipe/lock.ts';
import type { Departure } from '../templatize/model.ts';
import type { PublishPlan } from './plan.ts';
import type { PublishReceipt } from './receipt.ts';

/** The plan as a table. */
export function printPlan(plan: PublishPlan, out: Output): void {
  out.step('planned', `${plan.target}:${plan.tag}`);
  out.table(
    plan.steps.map(({ action, what, digest, size }) => [
      action,
      what,
      digest,
      size === 0 ? '' : `${size} bytes`,
    ]),
  );
}

/** What the defaults change, one paragraph each. */
export function printDepartures(departures: readonly Departure[], lock: Lock, out: Output): void {
  out.line();
  out.line(`Departures from upstream ${lock.version} (${lock.url}):`);
  for (const { value, upstream, chart, reason } of departures) {
    out.line();
    out.line(`  ${out.paint('bold', value)}`);
    out.line(`    upstream  ${JSON.stringify(upstream)}`);
    out.line(`    chart     ${JSON.stringify(chart)}`);
    out.line(`    because   ${reason}`);
  }
}

/** Where a release is, for what comes next. */
interface Place {
  /** `HOST/OWNER`; undefined when it went to a layout. */
  readonly registry: string | undefined;
  /** Where the recipe says that the site deploys it. */
  readonly namespace: string | undefined;
}

/** The digest and what a person does next. */
export function printNextSteps(
  { digest, chart, target, tag }: PublishReceipt,
  { registry, namespace }: Place,
  out: Output,
): void {
  const where = namespace === undefined ? '' : ` -n ${namespace}`;
  out.line();
  out.line(`${chart.name} ${chart.version}  ${out.paint('bold', digest)}`);
  out.line();
  out.line('Next:');
  out.table([
    ['npm run template', 'review what it renders'],
    ['npm run review', 'how it departs from upstream, and why'],
    ...(registry === undefined
      ? [['npm run release -- --registry oci://HOST/OWNER', 'publish it to a registry']]
      : [
          [`npm run argocd -- --registry oci://${registry}`, 'what Argo CD needs to deploy it'],
          [
            `helm install ${chart.name} oci://${target} --version ${tag}${where}`,
            'install it without Argo CD',
          ],
        ]),
  ]);
}
