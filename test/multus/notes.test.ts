import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { writeChart } from '../../scripts/io/chart-dir.ts';
import { testEngines } from '../helpers/engines.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { commandBehind } from '../helpers/chart-guide.ts';
import { thisProject } from '../helpers/this-project.ts';

const NOTES = 'templates/NOTES.txt';
/** Helm prints notes only where there is a cluster, so a copy of the chart renders them as an object. */
const RENDERED = 'templates/notes.yaml';

let chart = '';

beforeAll(async () => {
  chart = await mkdtemp(join(tmpdir(), 'notes-'));
  const { files } = await thisProject();
  const copy = `{{ define "notes" }}${files.get(NOTES) ?? ''}{{ end }}
first: {{ include "notes" . | quote }}
{{- $_ := set .Release "Revision" 2 }}
later: {{ include "notes" . | quote }}
`;
  await writeChart(chart, new Map([...files, [RENDERED, copy]]));
});
afterAll(() => rm(chart, { recursive: true }));

/** The notes of a first and of a later revision. */
async function bothNotes(helm: Helm, values: JsonObject): Promise<{ first: string; later: string }> {
  const args = ['template', 'a-release', chart, '-n', 'site', '--show-only', RENDERED, '--values', '-'];
  const { status, stdout, stderr } = await helm.exec(args, JSON.stringify(values));
  expect([helm.version, status, stderr]).toEqual([helm.version, 0, '']);
  return parse(stdout) as { first: string; later: string };
}

async function notes(helm: Helm, values: JsonObject = {}): Promise<string> {
  return (await bothNotes(helm, values)).first;
}

/** The line that begins with a word. */
function line(text: string, word: string): string | undefined {
  return text.split('\n').find((candidate) => candidate.startsWith(word));
}

describe.each(await testEngines())('NOTES.txt by Helm $version', (helm) => {
  it('names chart, release and the three checks, in the namespace of the objects', async () => {
    const text = await notes(helm, { namespaceOverride: '' });
    const { recipe } = (await thisProject()).project;
    expect(text).toContain(
      `multus ${recipe.chart.version} (Multus ${recipe.chart.appVersion}), release a-release in site`,
    );
    for (const check of [
      'kubectl -n site get ds kube-multus-ds',
      'kubectl -n site rollout status ds kube-multus-ds',
      'kubectl get crd network-attachment-definitions.k8s.cni.cncf.io',
    ])
      expect(text).toContain(`\n  ${check}\n`);
    expect(await notes(helm)).toContain('\n  kubectl -n kube-system rollout status ds kube-multus-ds\n');
  });

  it('gives the README’s command that lists pods without their networks, and says why', async () => {
    const text = (await notes(helm)).replaceAll(/\s+/g, ' ');
    expect(text).toContain(commandBehind('have no network-status').replaceAll(/\s+/g, ' '));
    expect(text).toContain('get the primary network only, and stay so. Start and migrate no virtual machine');
  });

  it('says by hand what OnDelete leaves to do, and does not send it to rollout status', async () => {
    const step = 'kubectl -n kube-system delete pod -l name=multus --field-selector spec.nodeName=NODE';
    const byHand = await notes(helm, { updateStrategy: { type: 'OnDelete' } });
    expect(byHand).toContain(`\n  ${step}\n`);
    // kubectl: rollout status is only available for RollingUpdate strategy type
    expect(byHand).not.toContain('rollout status');
    expect(await notes(helm)).not.toContain(step);
  });

  it.each([
    ['generic', '/etc/cni/net.d'],
    ['k3s', '/var/lib/rancher/k3s/agent/etc/cni/net.d'],
  ])('names the file that may be left on a node of %s', async (platform, folder) => {
    const { first, later } = await bothNotes(helm, { platform });
    for (const text of [first, later]) {
      expect(text).toContain('Before an uninstall remove the pods that have networks.');
      expect(text).toContain(`look on the node for ${folder}/00-multus.conf and remove it.`);
    }
  });

  it('lists every departure with its reason', async () => {
    const text = await notes(helm);
    const { model } = await thisProject();
    expect(model.departures.length).toBeGreaterThan(0);
    for (const { value, reason } of model.departures) expect(text).toContain(`\n  - ${value}: ${reason}\n`);
  });

  it('says what Cilium and flannel need', async () => {
    const text = await notes(helm);
    expect(line(text, 'Cilium')).toContain('cni.exclusive=false');
    expect(text).toMatch(/^flannel: .*\/run\/flannel; only without daemonConfig\.chrootDir .*extraVolumes/m);
  });

  it.each(['generic', 'k3s'])('speaks of K3s on K3s only (%s)', async (platform) => {
    expect(line(await notes(helm, { platform }), 'K3s')).toEqual(
      platform === 'k3s' ? expect.stringContaining('--data-dir') : undefined,
    );
  });

  it('does not send a first revision to helm rollback, and says what becomes of the CRD', async () => {
    const text = await notes(helm);
    expect(text).not.toContain('helm rollback a-release');
    expect(text).toContain('\n  kubectl -n site delete secret -l owner=helm,name=a-release\n');
    expect(line(text, 'Elsewhere')).toBe('Elsewhere: helm uninstall a-release (the CRD stays).');
    const unkept = await notes(helm, { crds: { keep: false } });
    expect(line(unkept, 'Elsewhere')).toContain('(the CRD goes, and with it every network)');
  });

  it('sends a later revision to helm rollback', async () => {
    const { later } = await bothNotes(helm, {});
    expect(line(later, 'Go back')).toBe('Go back: helm rollback a-release (the CRD stays).');
    expect(later).not.toContain('delete secret');
    const unkept = await bothNotes(helm, { crds: { keep: false } });
    expect(line(unkept.later, 'Go back')).toContain('(the CRD stays only with crds.keep=true)');
  });
});
