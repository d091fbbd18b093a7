import type { ChartError } from '../errors.ts';

type Members = Readonly<Record<string, unknown>>;

/** What registries and layouts write has some six levels; more is there to exhaust who walks through it. */
const DEEPEST = 64;

/**
 * A JSON object that somebody else wrote, in which every reader finds the same: of a member that
 * is there twice some take the first and some the last, so none may be.
 *
 * @param refuse makes the error of a reason, which quotes nothing: there may be a secret in it
 */
export function jsonObject(bytes: Uint8Array, refuse: (reason: string) => ChartError): Members {
  const text = attempt(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  const json = text === undefined ? undefined : attempt(() => JSON.parse(text) as unknown);
  if (text === undefined || json === undefined) throw refuse('is not JSON');
  const { depth, members } = shapeOf(text);
  if (depth > DEEPEST) throw refuse(`is JSON of ${depth} levels, more than ${DEEPEST}`);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw refuse('is not a JSON object');
  if (membersIn(json) !== members) throw refuse('is JSON with a member that is there twice');
  return json as Members;
}

/** Levels and members of valid JSON, by its text: outside strings a colon is of a member. */
function shapeOf(text: string): { readonly depth: number; readonly members: number } {
  let [level, depth, members] = [0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') at = endOfString(text, at);
    else if (sign === '{' || sign === '[') depth = Math.max(depth, ++level);
    else if (sign === '}' || sign === ']') level--;
    else if (sign === ':') members++;
  }
  return { depth, members };
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value).reduce((sum: number, one) => sum + membersIn(one), 0);
  return inside + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
