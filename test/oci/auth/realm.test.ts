import { describe, expect, test } from 'vitest';
import { realmOf, type RealmOptions } from '../../../scripts/oci/auth/realm.ts';

const ask = (registry: string, realm: string, options: Partial<RealmOptions> = {}): Promise<URL> =>
  realmOf(realm, {
    origin: new URL(registry),
    plainHttp: false,
    withLogin: true,
    tokenHosts: [],
    ...options,
  });

describe('a password goes to a realm', () => {
  test.each([
    ['https://registry-1.docker.io/', 'https://auth.docker.io/token'],
    ['https://ghcr.io/', 'https://ghcr.io/token'],
    ['https://quay.io/', 'https://quay.io/v2/auth'],
    ['https://gcr.io/', 'https://gcr.io/v2/token'],
    ['https://europe-docker.pkg.dev/', 'https://europe-docker.pkg.dev/v2/token'],
    ['https://registry.gitlab.com/', 'https://gitlab.com/jwt/auth'],
    ['https://registry.digitalocean.com/', 'https://api.digitalocean.com/v2/registry/auth'],
    ['https://git.example.co.uk/', 'https://auth.example.co.uk/'],
    ['https://git.example.org/', 'https://git.example.org./v2/token'],
    ['https://git.example.org/', '/v2/token'],
    ['https://git.example.org/', 'https://git.example.org:8443/v2/token'],
    ['https://10.1.2.3/', 'https://10.1.2.3:3000/v2/token'],
    ['https://registry.corp/', 'https://auth.registry.corp/'],
    ['http://127.0.0.1:3000/', 'http://localhost:3000/v2/token'],
  ])('of its own: %s and %s', async (registry, realm) => {
    expect((await ask(registry, realm)).href).toBe(new URL(realm, registry).href);
  });

  test.each([
    ['https://git.example.org/', 'https://auth.example.net/'],
    ['https://git.example.org/', 'https://git.example.org.example.net/'],
    ['https://git.example.org/', 'https://git-example.org/'],
    ['https://mine.github.io/', 'https://theirs.github.io/'],
    ['https://mine.co.uk/', 'https://theirs.co.uk/'],
    ['https://registry/', 'https://auth/'],
    ['https://git.local/', 'https://auth.local/'],
    ['https://192.0.2.1/', 'https://192.0.2.2/'],
    ['https://[2001:db8::1]/', 'https://[2001:db8::2]/'],
    ['https://git.example.org/', 'https://192.0.2.1/'],
    ['http://127.0.0.1:3000/', 'https://git.example.org/v2/token'],
  ])('of another host it does not: %s and %s', async (registry, realm) => {
    const { hostname } = new URL(realm);
    await expect(ask(registry, realm)).rejects.toMatchObject({
      code: 'REGISTRY_REDIRECT',
      message: `${registry}: the token realm of its WWW-Authenticate is ${realm}, another host, which does not get the password of this one`,
      hint: expect.stringMatching(/ROOT_URL.*--token-host/) as string,
    });
    expect((await ask(registry, realm, { withLogin: false })).href).toBe(realm);
    expect((await ask(registry, realm, { tokenHosts: [hostname] })).href).toBe(realm);
    await expect(ask(registry, realm, { tokenHosts: ['other.example.org'] })).rejects.toThrow('another host');
  });
});

test.each([true, false])('nobody is asked in clear, named or not (with a login: %s)', async (withLogin) => {
  const options = { withLogin, tokenHosts: ['git.example.org', 'auth.example.org'] };
  for (const realm of ['http://git.example.org/', 'http://auth.example.org/'])
    await expect(ask('https://git.example.org/', realm, options)).rejects.toMatchObject({
      code: 'REGISTRY_REDIRECT',
      message: `https://git.example.org/: the token realm of its WWW-Authenticate leads from https to ${realm}`,
    });
});

test('an address inside is asked only when the user names it', async () => {
  const [registry, realm] = ['https://git.example.org/', 'https://10.1.2.3/token'];
  await expect(ask(registry, realm, { withLogin: false })).rejects.toThrow('an internal address');
  expect((await ask(registry, realm, { tokenHosts: ['10.1.2.3'] })).href).toBe(realm);
});
