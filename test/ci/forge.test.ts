import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { runNode, type CommandResult } from '../helpers/command-line.ts';
import { serve } from '../helpers/http-server.ts';
import { ROOT } from '../helpers/this-project.ts';

/** What somebody wrote before; both forges show 30 where nobody asks for more. */
const OTHERS = Array.from({ length: 40 }, (_, id) => ({
  id,
  body: 'looks good',
  head: { ref: `fix-${id}` },
}));

let there: readonly object[] = [];
let status = 200;
let written: (readonly [method: string, url: string, body: Readonly<Record<string, string>>])[] = [];
const forge = await serve((request, response) => {
  const { method = '', url = '' } = request;
  const most = Number(new URL(url, 'http://forge.test').searchParams.get('per_page') ?? 30);
  let text = '';
  request.on('data', (piece: Buffer) => (text += piece.toString()));
  request.on('end', () => {
    if (method !== 'GET') written.push([method, url, JSON.parse(text) as Readonly<Record<string, string>>]);
    response
      .writeHead(method === 'GET' ? 200 : status)
      .end(method === 'GET' ? JSON.stringify(there.slice(0, most)) : '{}');
  });
});
const folder = await mkdtemp(join(tmpdir(), 'forge-'));
afterAll(() => Promise.all([forge.close(), rm(folder, { recursive: true })]));
beforeEach(() => {
  written = [];
  status = 200;
});

async function run(text: string, ...args: readonly string[]): Promise<CommandResult> {
  const file = join(folder, 'said.md');
  await writeFile(file, text);
  const env = { API_URL: forge.url, GITHUB_REPOSITORY: 'o/r', PULL: '7', TOKEN: 'not-a-token' };
  return runNode([join(ROOT, '.ci/forge.js'), ...args, file], env);
}

test('the comment of a pull request is written anew, however many there are', async () => {
  there = OTHERS;
  expect((await run('first', 'comment')).code).toBe(0);
  const [posted] = written;
  expect(posted?.slice(0, 2)).toEqual(['POST', '/repos/o/r/issues/7/comments']);
  there = [...OTHERS, { id: 99, body: posted?.[2]['body'] }];
  expect((await run(`\`\`\`\`diff\n${'+ a line\n'.repeat(10_000)}`, 'comment')).code).toBe(0);
  const [, patched] = written;
  expect(patched?.slice(0, 2)).toEqual(['PATCH', '/repos/o/r/issues/comments/99']);
  expect(patched?.[2]['body']?.length).toBeLessThan(65_536);
  expect(patched?.[2]['body']).toMatch(/\n\+ a line\n````\n\n… \(cut off here: it is too long\)$/);
});

test('a pull request is opened once, however many there are', async () => {
  there = OTHERS;
  expect((await run('said', 'pull', 'bump/v2', 'Upstream is v2')).code).toBe(0);
  expect(written).toEqual([
    ['POST', '/repos/o/r/pulls', { head: 'bump/v2', base: 'main', title: 'Upstream is v2', body: 'said' }],
  ]);
  there = [...OTHERS, { head: { ref: 'bump/v2' } }];
  expect((await run('said', 'pull', 'bump/v2', 'Upstream is v2')).code).toBe(0);
  expect(written).toHaveLength(1);
});

test('what the forge refuses ends the job, with its words', async () => {
  there = [];
  status = 403;
  const { code, stderr } = await run('said', 'pull', 'bump/v2', 'Upstream is v2');
  expect([code, stderr]).toEqual([1, expect.stringContaining('/repos/o/r/pulls: 403 {}') as string]);
});
