import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { tool } from './tools.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Debian's Chromium; its sandbox wants a user who is not root. */
export function startBrowser(): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return puppeteer.launch({ executablePath: tool('chromium'), args });
}

/** A page of a browser, and everything that it should not have done. */
export interface WatchedPage {
  readonly page: Page;
  /** Messages of the console, errors and requests to anywhere but the file itself. */
  readonly complaints: string[];
}

export async function watchedPage(browser: Browser): Promise<WatchedPage> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${String(error)}`));
  page.on('request', (request) => {
    if (!/^(?:file|data):/.test(request.url())) complaints.push(`request: ${request.url()}`);
  });
  return { page, complaints };
}

/** What axe finds against the rules of accessibility, with the elements. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(readFileSync(AXE, 'utf8'));
  const found = await page.evaluate(`axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
    id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`);
  return found as readonly string[];
}

/** Puts a text into the editor in place of what is there, as a person who pastes it. */
export async function pasteValues(page: Page, text: string): Promise<void> {
  await page.focus('.cm-content');
  await page.keyboard.down('Control');
  await page.keyboard.press('a');
  await page.keyboard.up('Control');
  await page.keyboard.press('Delete');
  await page.evaluate(`{
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', ${JSON.stringify(text)});
    document.querySelector('.cm-content').dispatchEvent(
      new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }`);
}

/** The text of an element; what only a screen reader reads, and notes beside it, left out. */
export async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.$eval(selector, (element) => element.textContent)) ?? '';
}

/** Everything that the playground shows as rendered: each object's YAML, all folds opened. */
export async function shownObjects(page: Page): Promise<readonly string[]> {
  const found = await page.evaluate(`(async () => {
    const turn = () => new Promise((done) => setTimeout(done, 20));
    const texts = [];
    for (const details of document.querySelectorAll('.results details')) {
      details.open = true;
      await turn();
      for (const button of details.querySelectorAll('.fold button')) button.click();
      const lines = [...details.querySelectorAll('td.new.line')].map((cell) => {
        const copy = cell.cloneNode(true);
        for (const note of copy.querySelectorAll('.sr, .fed')) note.remove();
        return copy.textContent;
      });
      texts.push(lines.join('\\n'));
    }
    return texts;
  })()`);
  return (found as readonly string[]).filter((text) => text !== '');
}
