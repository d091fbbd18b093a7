import { describe, expect, test } from 'vitest';
import { assemble, type ChartFiles } from '../../scripts/chart/assemble.ts';
import { smallProject } from './small-project.ts';

const { project, lock, manifest, model, files } = await smallProject();

/** The small chart with further files of the project, or other ones. */
async function chartWith(own: Readonly<Record<string, string>>): Promise<ChartFiles> {
  const all = new Map([...project.files, ...Object.entries(own)]);
  return (await assemble({ ...project, files: all, lock, manifest, model })).files;
}

test('golden: the files of a chart, sorted', () => {
  expect([...files.keys()]).toEqual([
    'Chart.yaml',
    'README.md',
    'ci/upstream-values.yaml',
    'templates/_helpers.tpl',
    'templates/agent-config-configmap.yaml',
    'templates/agent-daemonset.yaml',
    'templates/nets-crd.yaml',
    'values.schema.json',
    'values.yaml',
  ]);
});

describe('files of the project', () => {
  test('a source becomes a template, a values file a fixed point, as it is', async () => {
    const chart = await chartWith({
      'templates/extra.yaml.hbs': 'of: {{chart}} [[ .Values.image.tag ]]\n',
      'templates/ci/other-values.yaml': 'a: "{{x}}"\n',
    });
    expect(chart.get('templates/extra.yaml')).toBe('of: agent {{ .Values.image.tag }}\n');
    expect(chart.get('ci/other-values.yaml')).toBe('a: "{{x}}"\n');
    expect([...chart.keys()]).toEqual([...chart.keys()].toSorted());
    expect(chart.size).toBe(files.size + 2);
  });

  test("a source replaces the toolkit's own of the same name", async () => {
    const chart = await chartWith({ 'templates/README.md.hbs': 'mine, {{identity.version}}\n' });
    expect(chart.get('README.md')).toBe('mine, 0.2.0-rc.1\n');
    expect(chart.size).toBe(files.size);
  });

  test('what is no source does not get into the chart', async () => {
    const chart = await chartWith({
      'templates/notes.md': 'x',
      'templates/schema/x.json': '{}',
      'other.hbs': 'x',
    });
    expect([...chart.keys()]).toEqual([...files.keys()]);
  });
});

describe('TEMPLATE_INVALID', () => {
  test('a source would replace what is made from the manifest', async () => {
    await expect(
      chartWith({ 'templates/agent-daemonset.yaml.hbs': 'kind: DaemonSet\n' }),
    ).rejects.toMatchObject({
      code: 'TEMPLATE_INVALID',
      message:
        'templates/agent-daemonset.yaml.hbs would replace templates/agent-daemonset.yaml, which is made from the manifest',
    });
  });

  test('a source names what is not there', async () => {
    await expect(chartWith({ 'templates/extra.yaml.hbs': '{{nobody}}' })).rejects.toMatchObject({
      code: 'TEMPLATE_INVALID',
      message: expect.stringMatching(/^templates\/extra\.yaml\.hbs: "nobody" not defined/) as string,
    });
  });
});
