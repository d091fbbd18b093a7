import type { PublishEvent } from '../../publish/events.ts';
import type { DoneJob } from '../../publish/job.ts';
import type { DoneStep } from '../../publish/execute.ts';
import type { PublishPlan } from '../../publish/plan.ts';
import type { PipelineEvent } from '../../pipeline.ts';
import type { Output } from './output.ts';
import { progressBar, type Progress } from './progress.ts';
import { printPulls } from './show-pulls.ts';
import { printChecks } from './show.ts';

/** Prints what the pipeline says of itself while it works. */
export function teller(out: Output): (event: PipelineEvent) => void {
  let bar: Progress | undefined;
  const copying = ({ what, total, step }: Extract<PublishEvent, { readonly event: 'copying' }>): void => {
    bar ??= progressBar(out, what, total);
    if (step === undefined) {
      bar.done();
      bar = undefined;
    } else if (step.action === 'progress') bar.add(step.bytes);
    else if (step.action !== 'upload') bar.skip(step.descriptor.size);
  };
  return (told) => {
    switch (told.event) {
      case 'registry':
        return out.step('registry', `${told.registry}, ${credentials(told.credentials)}`);
      case 'warning':
        return out.warn(told.text);
      case 'network':
        return out.step('network', told.text);
      case 'fetched':
        return out.step(
          'fetched',
          `the source's ${told.bytes} bytes (sha256 ${told.sha256}) become the vendored snapshot`,
        );
      case 'built': {
        const { project, manifest, model } = told.built;
        const { name, version } = project.recipe.chart;
        return out.step(
          'built',
          `${name} ${version}: ${manifest.resources.length} resources, ${model.lifts.length} fields lifted, ${told.changes} files ${told.dryRun ? 'would change' : 'changed'}`,
        );
      }
      case 'checked':
        return printChecks(told.lock, out);
      case 'packed':
        return out.step('packed', `${told.file} (${told.bytes} bytes)`);
      case 'proved':
        return out.step(
          'proved',
          `${told.renders} renders of the packed chart equal to the oracle on ${helms(told.by)}`,
        );
      case 'planned':
        return printPlan(told.plan, out);
      case 'copying':
        return copying(told);
      case 'done':
        return printDone(told.job, out);
      case 'receipt':
        return out.step('receipt', told.file);
      case 'pulled':
        return out.step('pulled', `by ${helms(told.by)}, the same archive`);
      case 'image': {
        const { store, digest, state, reason } = told.check;
        return out.step('image', `${store}@${digest}: ${state}${reason && ` (${reason})`}`);
      }
      case 'nodes':
        return printPulls(told.asked, told.recipe, out);
    }
  };
}

function credentials(source: string | undefined): string {
  return source === undefined ? 'without credentials' : `credentials from ${source}`;
}

function helms(versions: readonly string[]): string {
  return versions.map((version) => `Helm ${version}`).join(' and ');
}

/** The plan as a table. */
function printPlan(plan: PublishPlan, out: Output): void {
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

function printDone({ plan, kind, steps, verification }: DoneJob, out: Output): void {
  const name = `${plan.target}:${plan.tag}`;
  const restored = plan.state === 'publish' && plan.steps.at(-1)?.action === 'skip';
  if (restored) out.step('restored', `${name}, which had lost content (${summary(steps)})`);
  else if (plan.state === 'published') out.step('unchanged', `${name} is already published with this digest`);
  else out.step('published', `${name} (${summary(steps)})`);
  const whole = `every piece of ${plan.digest} is there`;
  out.step('verified', kind === 'chart' ? `${verification.bytes} bytes read back by tag, equal` : whole);
}

function summary(steps: readonly DoneStep[]): string {
  const count = (action: DoneStep['action']): number => steps.filter((step) => step.action === action).length;
  return `${count('upload')} uploaded, ${count('mount')} mounted, ${count('skip')} there already`;
}
