import { ChartError, messageOf, type ErrorCode } from '../errors.ts';
import { DEEPEST } from './compose.ts';
import { lineAt } from './decode.ts';
import type { Json } from '../json/json.ts';

/**
 * Parses JSON that a person wrote.
 *
 * @param file the name that messages show
 * @throws `code` for what is no JSON; PARSE_LIMIT beyond {@link DEEPEST}: who reads it deeper
 *   than that overflows
 */
export function parseJson(text: string, file: string, code: ErrorCode): Json {
  refuseDeep(text, file);
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new ChartError(code, `${file} is not JSON: ${messageOf(cause)}`, { cause });
  }
}

/** Strings, which may hold brackets, and brackets. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{}]/gs;

function refuseDeep(text: string, file: string): void {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (depth <= DEEPEST) continue;
    throw new ChartError(
      'PARSE_LIMIT',
      `${file}:${lineAt(text, index)}: more than ${DEEPEST} levels of nesting`,
    );
  }
}
