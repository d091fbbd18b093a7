import { expect, test } from 'vitest';
import { ChartError } from '../../../scripts/errors.ts';
import { parseChallenges } from '../../../scripts/oci/auth/challenges.ts';
import { authorizer, scopeOf, type Authorizer, type Login } from '../../../scripts/oci/auth/token.ts';

const ORIGIN = new URL('https://git.example.org/');
const BEARER = parseChallenges('Bearer realm="https://git.example.org/v2/token",service="s"');
const BASIC = parseChallenges('Basic realm="x"');
const LOGIN: Login = { username: 'me', password: 'not-a-real-one' };
const PULL = [scopeOf('a/b', 'pull')];
const PUSH = [scopeOf('a/b', 'pull,push')];

const QUIET = { plainHttp: false, tokenHosts: [], note: () => {} } as const;

interface Subject {
  readonly auth: Authorizer;
  readonly state: { now: number; readonly asked: string[] };
}

/** An authorizer whose token endpoint counts, at a time that can be moved. */
function subject(answer: object = {}, login: Login | null = LOGIN): Subject {
  const state = { now: 0, asked: [] as string[] };
  const auth = authorizer({
    login: login ?? undefined,
    origin: ORIGIN,
    ...QUIET,
    now: () => state.now,
    get: async (url, authorization) => {
      state.asked.push(`${url.search} ${authorization ?? 'anonymous'}`);
      return { token: `token-${state.asked.length}`, ...answer };
    },
  });
  return { auth, state };
}

test('before anybody asks, nothing is sent', async () => {
  const { auth, state } = subject();
  expect(await auth.header(PULL)).toBeUndefined();
  expect(state.asked).toEqual([]);
});

test('many requests at once share one token per scope', async () => {
  const { auth, state } = subject();
  await auth.refused(BEARER, undefined, PULL);
  const headers = await Promise.all([PULL, PULL, PUSH, PULL, PUSH].map((scopes) => auth.header(scopes)));
  expect(headers).toEqual([
    'Bearer token-1',
    'Bearer token-1',
    'Bearer token-2',
    'Bearer token-1',
    'Bearer token-2',
  ]);
  expect(state.asked[0]).toMatch(/^\?service=s&scope=repository%3Aa%2Fb%3Apull Basic /);
});

test.each([
  ['without expires_in', {}, 60],
  ['with a short one', { expires_in: 5 }, 60],
  ['with a long one', { expires_in: 300 }, 300],
  ['with nonsense', { expires_in: 'soon' }, 60],
  ['with what is no number at all', { expires_in: { valueOf: 1, toString: 1 } }, 60],
])('a token %s is asked for anew shortly before its end', async (_, answer, seconds) => {
  const { auth, state } = subject(answer);
  await auth.refused(BEARER, undefined, PULL);
  await auth.header(PULL);
  state.now = (seconds - 11) * 1000;
  expect(await auth.header(PULL)).toBe('Bearer token-1');
  state.now = (seconds - 9) * 1000;
  expect(await Promise.all([auth.header(PULL), auth.header(PULL)])).toEqual([
    'Bearer token-2',
    'Bearer token-2',
  ]);
});

test('a refused token is renewed once, however many requests it was refused to', async () => {
  const { auth, state } = subject();
  await auth.refused(BEARER, undefined, PULL);
  const sent = await auth.header(PULL);
  const renew = async (): Promise<string | undefined> => {
    expect(await auth.refused(BEARER, sent, PULL)).toBe(true);
    return auth.header(PULL);
  };
  expect(await Promise.all([renew(), renew(), renew()])).toEqual([
    'Bearer token-2',
    'Bearer token-2',
    'Bearer token-2',
  ]);
  expect(await renew()).toBe('Bearer token-2');
  expect(state.asked).toHaveLength(2);
});

test('Basic where only that is offered; a refusal of it is final', async () => {
  const { auth } = subject();
  expect(await auth.refused(BASIC, undefined, PULL)).toBe(true);
  const header = await auth.header(PULL);
  expect(header).toBe(`Basic ${Buffer.from('me:not-a-real-one').toString('base64')}`);
  expect(await auth.refused(BASIC, header, PULL)).toBe(false);
});

test('a realm that cannot be reached: Basic where that is offered, too, and no more questions', async () => {
  for (const [offered, expected] of [
    [[...BEARER, ...BASIC], /^Basic /],
    [BEARER, undefined],
  ] as const) {
    let asked = 0;
    const notes: string[] = [];
    const auth = authorizer({
      ...QUIET,
      login: LOGIN,
      origin: ORIGIN,
      now: () => 0,
      note: (text) => notes.push(text),
      get: async () => {
        asked++;
        throw new ChartError('REGISTRY_NETWORK', 'there is no host of this name');
      },
    });
    const words = `there is no host of this name\n  ${ORIGIN.href} names this address: it is the token realm of its WWW-Authenticate`;
    await auth.refused(offered, undefined, PULL);
    const header = auth.header(PULL);
    if (expected === undefined) {
      await expect(header).rejects.toMatchObject({
        code: 'REGISTRY_NETWORK',
        message: words,
        hint: expect.stringContaining('ROOT_URL') as string,
      });
    } else {
      for (const one of await Promise.all([header, auth.header(PULL)])) expect(one).toMatch(expected);
      expect(await auth.refused(offered, undefined, PUSH)).toBe(true);
      expect(await auth.header(PUSH)).toMatch(expected);
      expect(await auth.refused(offered, await auth.header(PUSH), PUSH)).toBe(false);
      expect(notes).toEqual([expect.stringContaining(`${words}; going on by name and password. In Gitea`)]);
    }
    expect(asked).toBe(1);
  }
});

test('a token service that refuses is not gone around by Basic', async () => {
  const refused = new ChartError('REGISTRY_DENIED', 'answered 401');
  const get = (): Promise<never> => Promise.reject(refused);
  const auth = authorizer({ login: LOGIN, origin: ORIGIN, ...QUIET, now: () => 0, get });
  await auth.refused([...BEARER, ...BASIC], undefined, PULL);
  await expect(auth.header(PULL)).rejects.toBe(refused);
});

test('a token that could not be had once is asked for again', async () => {
  let asked = 0;
  const get = async (): Promise<object> => {
    if (++asked === 1) throw new ChartError('REGISTRY_ANSWER', 'answered 503');
    return { token: `token-${asked}` };
  };
  const auth = authorizer({ login: LOGIN, origin: ORIGIN, ...QUIET, now: () => 0, get });
  await auth.refused(BEARER, undefined, PULL);
  await expect(auth.header(PULL)).rejects.toMatchObject({ code: 'REGISTRY_ANSWER' });
  expect(await auth.header(PULL)).toBe('Bearer token-2');
});

test('without a login: an anonymous token, or nothing for Basic', async () => {
  const bearer = subject({ access_token: 'unused' }, null);
  await bearer.auth.refused(BEARER, undefined, PULL);
  expect(await bearer.auth.header(PULL)).toBe('Bearer token-1');
  expect(bearer.state.asked[0]).toMatch(/anonymous$/);
  const second = subject({ token: '', access_token: 'the-second-name' }, null);
  await second.auth.refused(BEARER, undefined, PULL);
  expect(await second.auth.header(PULL)).toBe('Bearer the-second-name');
  expect(await subject({}, null).auth.refused(BASIC, undefined, PULL)).toBe(false);
  expect(await subject({}, null).auth.refused([], undefined, PULL)).toBe(false);
});

test.each([[{ token: undefined }], [{ token: 7 }], [{ token: 'two\nlines' }], [{ token: '' }]])(
  'an answer that holds no usable token (%j) is refused without being quoted',
  async (answer) => {
    const { auth } = subject(answer);
    await auth.refused(BEARER, undefined, PULL);
    await expect(auth.header(PULL)).rejects.toMatchObject({ code: 'REGISTRY_ANSWER' });
    await expect(auth.header(PULL)).rejects.not.toThrow('lines');
  },
);

test.each([
  'http://git.example.org/token',
  'https://127.0.0.1/token',
  'https://auth.example.net/token',
  'file:///etc/passwd',
  '',
])('the realm %s does not get the credentials of an https registry, nor is it gone around', async (realm) => {
  const { auth, state } = subject();
  const challenges = [...parseChallenges(`Bearer realm="${realm}"`), ...BASIC];
  await expect(auth.refused(challenges, undefined, PULL)).rejects.toMatchObject({
    code: 'REGISTRY_REDIRECT',
  });
  expect(await auth.header(PULL)).toBeUndefined();
  expect(state.asked).toEqual([]);
});
