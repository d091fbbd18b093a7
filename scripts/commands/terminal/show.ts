import type { Output } from './output.ts';
import type { Lock } from '../../recipe/lock.ts';
import { npmCommand } from './npm-command.ts';
import type { PublishReceipt } from '../../publish/receipt.ts';

/** What was held against what, beside the proof, before anything is published. */
export function printChecks({ documents, version }: Lock, out: Output): void {
  out.step('checked', `the vendored snapshot is upstream ${version} as the lock has it (${documents})`);
  out.step('linted', 'helm lint --strict finds nothing');
}

/** Where a release is, for what comes next. */
interface Destination {
  /** `HOST/OWNER`; undefined when it went to a layout. */
  readonly registry: string | undefined;
  /** Where the recipe says that the site deploys it. */
  readonly namespace: string | undefined;
  /** The chart project; undefined when it is the one that commands take by default. */
  readonly project: string | undefined;
}

/** The digest and what a person does next. */
export function printNextSteps(
  { digest, chart, target, tag }: PublishReceipt,
  { registry, namespace, project }: Destination,
  out: Output,
): void {
  const where = namespace === undefined ? '' : ` -n ${namespace}`;
  const npm = (name: string, ...args: readonly string[]): string => npmCommand(name, project, ...args);
  out.line();
  out.line(`${chart.name} ${chart.version}  ${out.paint('bold', digest)}`);
  out.line();
  out.line('Next:');
  out.table([
    [npm('template'), 'review what it renders'],
    [npm('review'), 'how it departs from upstream, and why'],
    ...(registry === undefined
      ? [[npm('release', '--registry oci://HOST/OWNER'), 'publish it to a registry']]
      : [
          [npm('argocd', `--registry oci://${registry}`), 'what Argo CD needs to deploy it'],
          [
            `helm install ${chart.name} oci://${target} --version ${tag}${where}`,
            'install it without Argo CD',
          ],
        ]),
  ]);
}
