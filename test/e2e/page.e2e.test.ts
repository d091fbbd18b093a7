import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readText } from '../../scripts/io/files.ts';
import type { Helm } from '../../scripts/io/helm.ts';
import type { JsonObject } from '../../scripts/json/json.ts';
import { parseManifest } from '../../scripts/manifest/parse.ts';
import { parseYaml } from '../../scripts/manifest/yaml.ts';
import { identity, objectName } from '../../scripts/review/object-name.ts';
import {
  pasteValues,
  shownObjects,
  startBrowser,
  textOf,
  violations,
  watchedPage,
} from '../helpers/browser-page.ts';
import { testEngines } from '../helpers/engines.ts';
import { ROOT, runScript } from '../helpers/project.ts';
import { hasShared } from '../helpers/shared-files.ts';
import { describeWith } from '../helpers/tools.ts';

const VIEWS = ['overview', 'changes', 'objects', 'values', 'images', 'workloads', 'schema', 'playground'];
/** Milliseconds from a key to the new objects. */
const AT_ONCE = 200;
/** The same for a chart of three megabytes. */
const USABLE = 1000;
const RELEASE = { name: 'multus', namespace: 'default' };

describeWith(['chromium'], 'the page of a review in Chromium', () => {
  let folder: string;
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'page-'));
    browser = await startBrowser();
    url = writePage(join(folder, 'index.html'));
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(view: string, width = 1280): Promise<Awaited<ReturnType<typeof watchedPage>>> {
    const watched = await watchedPage(browser);
    await watched.page.setViewport({ width, height: 900 });
    await watched.page.goto(`${url}#/${view}`);
    await watched.page.waitForSelector(`#${view}:not([hidden]) h1`);
    return watched;
  }

  describe.each(VIEWS)('%s', (view) => {
    it('opens from the disk without a word of complaint, and asks no network', async () => {
      const { page, complaints } = await open(view);
      expect(await page.title()).toContain('multus');
      expect(complaints).toEqual([]);
      await page.close();
    });

    it('has no horizontal scroll on a narrow screen', async () => {
      const { page } = await open(view, 390);
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow).toBeLessThanOrEqual(0);
      await page.close();
    });

    it.each(['light', 'dark'])('gives axe nothing to find, %s', async (theme) => {
      const { page } = await open(view);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
      if (view === 'playground') await pasteValues(page, 'platform: nowhere\nresources:\n  limits: {}\n');
      expect(await violations(page)).toEqual([]);
      await page.close();
    });
  });

  it('says first whether it is safe to ship, and goes on by keyboard alone', async () => {
    const { page } = await open('overview');
    expect(await textOf(page, '#overview h1')).toBe('Every difference is declared');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toContain('Skip');
    await page.keyboard.press('/');
    await page.waitForFunction("document.activeElement.type === 'search'");
    await page.keyboard.type('initContainers.[name=install-multus-binary].image');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForFunction("location.hash === '#/values/image'");
    // What the address names is shown a moment later.
    await page.waitForFunction(
      "/manifest\\.yaml:\\d/.test(document.querySelector('#values .detail')?.textContent)",
    );
    expect(await textOf(page, '#values .detail')).toMatch(/upstream\/manifest\.yaml:\d+/);
    await page.close();
  });

  it('is loud about what nobody declared, and shows it where it is', async () => {
    const { page } = await watchedPage(browser);
    const live = join(ROOT, 'test', 'fixtures', 'review', 'live.yaml');
    await page.goto(writePage(join(folder, 'live.html'), ['--against', live]));
    expect(await textOf(page, '#overview h1')).toBe('Look before you ship');
    expect(await textOf(page, '.tile.stop')).toMatch(/^Undeclared3/);
    await page.evaluate("location.hash = '#/objects'");
    await page.waitForSelector('#objects .rows a');
    await page.evaluate("[...document.querySelectorAll('#objects .rows a')].at(-1).click()");
    await page.waitForSelector('#objects .removed');
    const removed = await page.$$eval('#objects .removed .old.line', (cells) =>
      cells.map(({ textContent }) => textContent?.replace(/^removed: /, '').trim()),
    );
    // What the server filled in is not told.
    expect(removed).toEqual(expect.arrayContaining(['value: http://proxy.example.org:3128']));
    expect(removed.join()).not.toMatch(/uid|resourceVersion|terminationMessagePath/);
    await page.close();
  });

  it('prints what a person must know, without what is to be clicked', async () => {
    const { page } = await open('objects');
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    await page.emulateMediaType('print');
    const shown = await page.evaluate(
      "[...document.querySelectorAll('.view, .top')].filter((one) => one.checkVisibility()).map(({ id }) => id)",
    );
    // And where one stands.
    expect(shown).toEqual(['overview', 'changes', 'objects', 'images', 'workloads']);
    await page.close();
  });

  describe('the playground', () => {
    let engines: readonly Helm[];
    beforeAll(async () => {
      engines = await testEngines();
    });

    it('renders what Helm renders, at every fixed point', async () => {
      const { page, complaints } = await open('playground');
      const files = await readdir(join(ROOT, 'chart', 'ci'));
      const texts = await Promise.all(files.map((file) => readText(join(ROOT, 'chart', 'ci', file))));
      for (const text of ['', ...texts]) {
        await pasteValues(page, text);
        const shown = await shownObjects(page);
        const objects = shown.map((own) => parseYaml(own, 'page').data as JsonObject);
        const values = (parseYaml(text, 'values').data ?? {}) as JsonObject;
        for (const helm of engines) {
          const rendered = parseManifest(await helm.template(join(ROOT, 'chart'), RELEASE, values), 'helm');
          expect(byName(objects)).toEqual(byName(rendered.resources.map(({ object }) => object)));
        }
      }
      expect(complaints).toEqual([]);
      await page.close();
    });

    it('shows the message of the schema at its line, and keeps the objects of before', async () => {
      const { page } = await open('playground');
      await pasteValues(page, 'platform: nowhere\nresources:\n  limits:\n    cpu: true\nnonsense: 1\n');
      await page.waitForSelector('.problems li');
      const problems = await page.$$eval('.problems li', (items) =>
        items.map(({ textContent }) => textContent),
      );
      expect(problems).toEqual([
        expect.stringMatching(/^Line 1 platform: must be one of "generic", "rke2"/),
        'Line 4 resources.limits.cpu: must be string or number or null, not boolean',
        'Line 5 nonsense: nonsense is no value of the chart',
      ]);
      expect(await textOf(page, '#playground .results')).toContain('DaemonSet');
      await page.close();
    });

    it('completes what the schema knows', async () => {
      const { page } = await open('playground');
      await page.focus('.cm-content');
      await page.keyboard.type('platform: r');
      // The first letters were completed to the key.
      const offered = await page.waitForFunction(`
        [...document.querySelectorAll('.cm-tooltip-autocomplete li')].map(({ textContent }) => textContent)
          .find((text) => text === 'rke2')`);
      expect(await offered.jsonValue()).toBe('rke2');
      await page.close();
    });

    it('gives the values back as flags', async () => {
      const { page } = await open('playground');
      await pasteValues(page, 'resources:\n  limits:\n    memory: 2Gi\n');
      expect(await textOf(page, '.flags')).toBe('--set resources.limits.memory=2Gi');
      await page.close();
    });

    it('shows new objects at once after a key', async () => {
      const { page } = await open('playground');
      await pasteValues(page, 'platform: k3s\npodAnnotations:\n  a: x');
      expect(await keyTime(page)).toBeLessThan(AT_ONCE);
      await page.close();
    });

    it.skipIf(!hasShared('corpus/argo-rollouts.yaml'))('is usable with three megabytes of CRDs', async () => {
      const project = join(folder, 'rollouts');
      const manifest = join(ROOT, '..', 'shared', 'corpus', 'argo-rollouts.yaml');
      expect(runScript('init', ['--manifest', manifest, '--out', project]).status).toBe(0);
      const { page, complaints } = await watchedPage(browser);
      await page.goto(writePage(join(folder, 'rollouts.html'), ['--project', project]));
      // It has what a release would say, too.
      expect(await violations(page)).toEqual([]);
      await page.evaluate("location.hash = '#/playground'");
      await page.waitForSelector('.results details');
      await pasteValues(page, 'commonLabels:\n  a: b\nreplicas: 1');
      expect(await keyTime(page)).toBeLessThan(USABLE);
      expect(complaints).toEqual([]);
      await page.close();
    });
  });
});

function writePage(file: string, args: readonly string[] = []): string {
  const { status, output } = runScript('review', ['--html', file, ...args]);
  expect(output).toContain(`Page: ${file}`);
  expect(status).toBe(0);
  return pathToFileURL(file).href;
}

function byName(objects: readonly JsonObject[]): ReadonlyMap<string, JsonObject> {
  return new Map(
    objects
      .map((object) => [identity(objectName(object)), object] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

async function focused(page: Page): Promise<string> {
  return String(await page.evaluate('document.activeElement.textContent'));
}

/** The middle one of several times from a key to the change of the objects, painted. */
async function keyTime(page: Page): Promise<number> {
  await page.evaluate(`{
    const results = document.querySelector('.results');
    globalThis.times = [];
    let began;
    document.addEventListener('keydown', () => (began = performance.now()), true);
    new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
      if (began !== undefined) times.push(performance.now() - began);
      began = undefined;
    }))).observe(results, { childList: true });
  }`);
  for (let i = 1; i <= 5; i += 1) {
    await page.keyboard.type('0');
    await page.waitForFunction(`times.length === ${i}`);
  }
  const times = (await page.evaluate('times')) as number[];
  return times.toSorted((a, b) => a - b)[2] ?? Infinity;
}
