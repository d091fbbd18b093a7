import { expect } from 'vitest';

/** Of characters that URLs and base64 change, so that each form is another text. */
export const LOGIN = { username: 'somebody', password: 'pä§§/wörd+?& of the tests' };

const PAIR = `${LOGIN.username}:${LOGIN.password}`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The password as it could be written anywhere. */
export const FORMS: readonly string[] = [
  LOGIN.password,
  encodeURIComponent(LOGIN.password),
  base64(LOGIN.password),
  base64(PAIR),
  base64(PAIR).replaceAll('=', ''),
  encodeURIComponent(base64(PAIR)),
];

/** What the tokens of the fake registry look like. */
const TOKEN = /token-\d+-of-the-fake/;

export function expectNoSecret(text: string): void {
  for (const form of FORMS) expect(text).not.toContain(form);
  expect(text).not.toMatch(TOKEN);
}
