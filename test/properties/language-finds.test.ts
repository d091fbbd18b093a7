import { beforeEach, expect, test, vi } from 'vitest';
import { testEngines } from '../helpers/engines.ts';
import type { Json, JsonObject } from '../../scripts/json/json.ts';
import { isObject } from '../../scripts/json/tree.ts';
import { fieldsAt } from '../../scripts/oracle/locate.ts';
import { COMBINATIONS } from '../helpers/language.ts';
import { parseFieldPath } from '../../scripts/recipe/fieldpath.ts';

/*
 * Faults that the engine had before the theorem was over the language, each put back: the
 * property must find it, or it proves nothing.
 */

const CONTENT = '../../scripts/oracle/content.ts';
const UPSTREAM = '../../scripts/oracle/upstream.ts';
const TEMPLATE = '../../scripts/chart/go-template.ts';

beforeEach(() => {
  vi.resetModules();
  for (const module of [CONTENT, UPSTREAM, TEMPLATE]) vi.doUnmock(module);
});

type Module = Readonly<Record<string, unknown>>;

const FAULTS: readonly (readonly [string, string, (real: Module) => Module])[] = [
  [
    'a name with a quote in it breaks the template',
    TEMPLATE,
    () => ({ goString: (text: string) => `"${text}"` }),
  ],
  [
    'a preset takes what a field has for the value that writes it',
    UPSTREAM,
    () => ({
      upstreamAt: ({ entries }: { entries: readonly Entry[] }, { resources }: Manifest, path: string) => {
        const target = entries.find((entry) => entry.path === path)?.targets[0];
        const resource = resources.find(({ name }) => name === target?.select.name);
        const field = target?.fieldPaths?.[0];
        return resource && field && fieldsAt(resource.object, parseFieldPath(field))[0];
      },
    }),
  ],
  [
    'the content of one target is put at all of them',
    CONTENT,
    () => ({ contentOf: (entry: { content?: Json }) => entry.content ?? null }),
  ],
  ['text around $value is taken for text without it', CONTENT, () => ({ filled: exactly })],
];

interface Entry {
  readonly path: string;
  readonly targets: readonly {
    readonly select: { readonly name?: string };
    readonly fieldPaths?: readonly string[];
  }[];
}

interface Manifest {
  readonly resources: readonly { readonly name: string; readonly object: JsonObject }[];
}

/** Content with the value in the place of every `$value` that stands alone. */
function exactly(content: Json, value: Json): Json {
  if (content === '$value') return value;
  if (Array.isArray(content)) return content.map((item: Json) => exactly(item, value));
  if (!isObject(content)) return content;
  return Object.fromEntries(Object.entries(content).map(([key, inner]) => [key, exactly(inner, value)]));
}

test.each(FAULTS)(
  '%s: the property finds it',
  async (_, module, fault) => {
    vi.doMock(module, async (original) => {
      const real = await original<Module>();
      return { ...real, ...fault(real) };
    });
    const { proveLanguage } = await import('../helpers/language-proof.ts');
    // A fault of content is looked for where content is.
    const of = COMBINATIONS.filter(([, form]) => module !== CONTENT || form === 'content');
    const [helm] = await testEngines();
    if (helm === undefined) throw new Error('No Helm');
    await expect(proveLanguage(helm, 12, { shrink: 0, of })).rejects.toThrow('Property failed');
  },
  120_000,
);
