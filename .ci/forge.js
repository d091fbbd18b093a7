/*
 * What a workflow tells people, by the API that Gitea and GitHub have in common:
 *   node .ci/forge.js comment FILE               the comment of the pull request PULL, written anew each time
 *   node .ci/forge.js pull BRANCH TITLE FILE     opens the pull request of a branch, unless it is open
 * Environment: TOKEN; GITHUB_API_URL (API_URL in its place), GITHUB_REPOSITORY; BASE, the branch it goes into.
 */
import { readFileSync } from 'node:fs';

const { TOKEN = '', GITHUB_REPOSITORY = '', PULL = '', BASE = 'main' } = process.env;
const API = `${process.env.API_URL ?? process.env.GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}`;
/** By this the comment is found again. */
const MARK = '<!-- chartlift review -->';
/** Both forges refuse a longer one. */
const LONGEST = 60_000;
/** As many as one answer has, by GitHub's name for it and by Gitea's; by itself it has 30. */
const MOST = 'per_page=100&limit=100';

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 */
async function call(method, path, body) {
  const response = await fetch(API + path, {
    method,
    headers: {
      authorization: `token ${TOKEN}`,
      'content-type': 'application/json',
      accept: 'application/json',
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (response.ok) return response.json();
  throw new Error(`${method} ${API}${path}: ${response.status} ${await response.text()}`);
}

/** @param {string} file */
function textOf(file) {
  const text = readFileSync(file, 'utf8');
  if (text.length <= LONGEST) return text;
  const shown = text.slice(0, text.lastIndexOf('\n', LONGEST));
  // A block of code that was cut would take what follows into it.
  const fences = shown.match(/^`{3,}/gm) ?? [];
  const end = fences.length % 2 === 1 ? `\n${fences.at(-1)}` : '';
  return `${shown}${end}\n\n… (cut off here: it is too long)`;
}

const [command, ...args] = process.argv.slice(2);
if (command === 'comment') {
  const [file = ''] = args;
  const body = `${MARK}\n${textOf(file)}`;
  const comments = await call('GET', `/issues/${PULL}/comments?${MOST}`);
  const own = comments.find((/** @type {{ body: string }} */ comment) => comment.body.startsWith(MARK));
  await (own === undefined
    ? call('POST', `/issues/${PULL}/comments`, { body })
    : call('PATCH', `/issues/comments/${own.id}`, { body }));
} else if (command === 'pull') {
  const [head = '', title = '', file = ''] = args;
  const open = await call('GET', `/pulls?state=open&${MOST}`);
  const isOpen = open.some((/** @type {{ head: { ref: string } }} */ pull) => pull.head.ref === head);
  if (!isOpen) await call('POST', '/pulls', { head, base: BASE, title, body: textOf(file) });
} else {
  throw new Error(`what is ${command}? comment or pull`);
}
