import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChartError } from '../../scripts/errors.ts';
import { namedSource, upstreamSources } from '../../scripts/fetch/source.ts';
import { dispatcherFor } from '../../scripts/http/dispatcher.ts';
import { mask } from '../../scripts/secrets/secrets.ts';
import { parseImageReference } from '../../scripts/recipe/reference.ts';
import { registryOptions, sourceOf } from '../../scripts/commands/terminal/registry-flags.ts';
import { registryOf } from '../../scripts/commands/terminal/registry-of.ts';
import { mirrored } from '../../scripts/chart/image.ts';
import { draws } from '../helpers/draws.ts';
import { silent } from '../helpers/silent.ts';

const IMAGE = { registry: 'ghcr.io', repository: 'a/b' };
const PINNED = { value: 'image', from: IMAGE, tag: '1', digest: `sha256:${'0'.repeat(64)}` };

/** Every way in which a text that was meant as the address of a registry, a source or a proxy comes in. */
const ENTRIES: Readonly<Record<string, (text: string) => unknown>> = {
  '--registry': (text) => registryOf({ flag: text, env: {} }, {}),
  REGISTRY: (text) => registryOf({ flag: undefined, env: { REGISTRY: text } }, {}),
  'publish.registry': (text) => registryOf({ flag: undefined, env: {} }, { publish: { registry: text } }),
  'images.mirror': (text) => mirrored(IMAGE, text),
  'an image': parseImageReference,
  '--from of bundle': (text) => sourceOf({ from: text }, [PINNED], registryOptions({}, {}, silent())),
  '--from of fetch': namedSource,
  'upstream.url': (text) => upstreamSources({ version: '1', url: text }, '/p'),
  HTTPS_PROXY: (text) => dispatcherFor({ env: { HTTPS_PROXY: text } }),
  http_proxy: (text) => dispatcherFor({ env: { http_proxy: text } }),
};

/** Ways to put a user and a password into an address, most of them wrong. */
const SHAPES: readonly ((user: string, password: string) => string)[] = [
  (user, password) => `oci://${user}:${password}@git.example.org/infra`,
  (user, password) => `${user}:${password}@git.example.org/infra`,
  (user, password) => `https://${user}:${password}@git.example.org/infra`,
  (user, password) => `oci:/${user}:${password}@git.example.org`,
  (user, password) => `oci:${user}:${password}@git.example.org/infra`,
  (user, password) => `oci:\\\\${user}:${password}@git.example.org/infra`,
  (user, password) => `oci://${user}:${password}%40git.example.org/infra`,
  (user, password) => `oci://${user}%3A${password}%2540git.example.org/infra`,
  (user, password) => `oci://${user}:${password}@:3000/`,
  (user, password) => `oci://${user}:${password}@git example/Infra`,
  (user, password) => `http://${user}:${password}@proxy.example.org:99999`,
  (user, password) => `oci://${user}:${password}@`,
  (user, password) => `git.example.org/infra@${user}:${password}@h`,
  (_, password) => `oci://${password}@git.example.org:x/infra`,
];
const SPELLINGS: readonly ((password: string) => string)[] = [
  (password) => password,
  encodeURIComponent,
  (password) => encodeURIComponent(password).toLowerCase(),
  (password) => encodeURIComponent(encodeURIComponent(password)),
];

/** A text and what is behind its percent escapes, as far as they go. */
function decodings(text: string): readonly string[] {
  const all = [text];
  for (let level = 0; level < 4; level++) {
    const last = all.at(-1) ?? '';
    all.push(
      last.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString()),
    );
  }
  return all;
}

/** Long enough that no word of a message is one by chance, of signs that addresses are cut at. */
const SIGNS = [
  '@',
  ':',
  '/',
  '?',
  '#',
  '[',
  ']',
  '%',
  '&',
  '+',
  '=',
  ';',
  ',',
  '$',
  '.',
  ' ',
  '"',
  '\\',
  'ü',
];
const passwords = fc
  .array(fc.constantFrom(...SIGNS), { minLength: 1, maxLength: 6 })
  .chain((signs) =>
    fc
      .array(fc.stringMatching(/^[a-z0-9]{2}$/), { minLength: 5, maxLength: 8 })
      .map((parts) => parts.map((part, i) => `${part}${signs[i] ?? ''}`).join('')),
  );

test.each(Object.entries(ENTRIES))('%s does not repeat a password, however wrong it is', (_, enter) => {
  fc.assert(
    fc.property(
      passwords,
      fc.constantFrom(...SHAPES),
      fc.constantFrom(...SPELLINGS),
      (password, shape, spell) => {
        let error: unknown;
        try {
          enter(shape('somebody', spell(password)));
        } catch (thrown) {
          error = thrown;
        }
        if (error === undefined) return;
        expect(error).toBeInstanceOf(ChartError);
        const { message, hint } = error as ChartError;
        const said = decodings(mask(`error: ${message}\n  ${hint}`)).join('\n');
        // Nor a part of it that is longer than the pieces that it is made of.
        const parts = Array.from({ length: password.length - 5 }, (_part, i) => password.slice(i, i + 6));
        for (const part of [password, ...parts]) expect(said).not.toContain(part);
      },
    ),
    // Each registers secrets, and each message is held against all of them.
    { numRuns: draws(12, 200) },
  );
});
