import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { PageData } from '../../scripts/page/data.ts';
import { pageHtml, scriptJson } from '../../scripts/page/html.ts';

/** All that the page's frame reads. */
function dataOf(name: string): PageData {
  return { recipe: { chart: { name, version: '1.0.0' } } } as unknown as PageData;
}

describe('the page as one file', () => {
  it('holds data in which nothing ends the element or begins another', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('</script>', '<!--', ']]>', '\u2028', '&lt;'),
    );
    fc.assert(
      fc.property(fc.jsonValue(), texts, (value, text) => {
        const json = scriptJson({ value, text });
        expect(json).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, text })));
      }),
    );
  });

  it('lets run the one program that it has, and asks no network', () => {
    const code = "console.log('ä')";
    const html = pageHtml({ code, style: '' }, dataOf('a'));
    const digest = createHash('sha256').update(code).digest('base64');
    expect(html).toContain(`script-src 'sha256-${digest}'`);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/(?:src|href)="?(?:https?:)?\/\//);
  });

  it('shows a name as a text', () => {
    expect(pageHtml({ code: '', style: '' }, dataOf('</title><b>'))).not.toContain('<b>');
  });
});
