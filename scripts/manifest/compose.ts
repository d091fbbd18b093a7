import {
  Composer,
  Lexer,
  Parser,
  visit,
  YAMLParseError,
  type CST,
  type Document,
  type DocumentOptions,
  type ParseOptions,
  type SchemaOptions,
} from 'yaml';
import { ChartError } from '../errors.ts';
import { lineAt } from './decode.ts';
import { isUnclosed } from './quick-scalar.ts';
import { SCALAR_TAGS } from './scalars.ts';

/** Deeper than any schema of a CRD (about 80), shallow enough for every recursive reader. */
export const DEEPEST = 256;

/**
 * Tokens of one document. The parser spends about a kilobyte and ten
 * microseconds on each in the worst case; an object as large as etcd takes
 * (1.5 MiB) has some 200,000.
 */
export const MOST_TOKENS = 500_000;

/** What is left of the tokens of a whole file, over all its documents. */
export interface TokenBudget {
  left: number;
}

/**
 * Three times a bundle of 7,000 Deployments; the parser takes some seconds for as many. Many
 * documents, each just below its own limit, would take minutes.
 */
export function tokenBudget(): TokenBudget {
  return { left: 4_000_000 };
}

/** How documents are read: {@link SCALAR_TAGS} and nothing else. */
export const READ_OPTIONS: ParseOptions & DocumentOptions & SchemaOptions = {
  schema: 'failsafe',
  customTags: (failsafe) => [...failsafe, ...SCALAR_TAGS],
  merge: false,
  // No !!binary, !!set, !!omap: an unknown tag is a warning, and refused.
  resolveKnownTags: false,
  prettyErrors: false,
  // Compares every pair of keys; expand.ts finds duplicates in linear time.
  uniqueKeys: false,
  logLevel: 'silent',
};

/** Where a document's text lies, for messages. */
export interface Place {
  readonly file: string;
  /** Line of the file on which the text begins. */
  readonly line: number;
  readonly text: string;
}

/** `file:line` of an offset into the place's text. */
export function placeAt(place: Place, offset: number): string {
  return `${place.file}:${place.line + lineAt(place.text, offset) - 1}`;
}

/**
 * Parses the text of one document.
 *
 * @param budget of the file that the document is in; without one the document stands alone
 * @throws PARSE_YAML for a syntax error or a tag that Kubernetes does not know, PARSE_LIMIT beyond {@link DEEPEST}
 */
export function composeDocument(place: Place, budget = tokenBudget()): Document.Parsed {
  const composer = new Composer(READ_OPTIONS);
  const [doc] = [...composer.compose(boundedTokens(place, budget), true, place.text.length)];
  if (doc === undefined) throw new ChartError('BUG', `${place.file}:${place.line}: no document composed`);
  const error = doc.errors[0] ?? doc.warnings[0];
  if (error !== undefined) {
    throw new ChartError('PARSE_YAML', `${placeAt(place, error.pos[0])}: ${error.message}`, { cause: error });
  }
  if (/\\u|\p{Surrogate}/iu.test(place.text)) refuseHalves(doc, place);
  return doc;
}

/** Half of a surrogate pair is no character. As an escape Helm and Kubernetes refuse it; only an editor has it bare. */
function refuseHalves(doc: Document.Parsed, place: Place): void {
  visit(doc, {
    Scalar: (_, { value, range }) => {
      if (typeof value !== 'string' || !/\p{Surrogate}/u.test(value)) return;
      const what = 'half of a surrogate pair, which is no character';
      throw new ChartError('PARSE_YAML', `${placeAt(place, range?.[0] ?? 0)}: ${what}`);
    },
  });
}

/** What the composer takes for a space, and Kubernetes for a line break. */
const BROKEN = /(?<!\\)(?:\\\\)*\\\n[ \t]*\n/;

/** The parser's tokens; stops before a nesting or a number that the composer could not bear. */
function* boundedTokens(place: Place, budget: TokenBudget): Generator<CST.Token, void> {
  const parser = new Parser();
  const refuse = (what: string): never => {
    throw new ChartError('PARSE_LIMIT', `${placeAt(place, parser.offset)}: more than ${what}`);
  };
  let count = 0;
  for (const lexeme of new Lexer().lex(place.text)) {
    if (lexeme.startsWith('"') && BROKEN.test(lexeme)) {
      const what =
        'in a quoted text a line ends with \\ in front of an empty one, which readers of YAML take differently';
      throw new ChartError('PARSE_YAML', `${placeAt(place, parser.offset)}: ${what}`, { hint: 'Write \\n.' });
    }
    // The composer takes what ends with '' or \" for closed.
    if (isUnclosed(lexeme)) {
      const message = `Missing closing ${lexeme.charAt(0)}quote`;
      const cause = new YAMLParseError(
        [parser.offset, parser.offset + lexeme.length],
        'MISSING_CHAR',
        message,
      );
      throw new ChartError('PARSE_YAML', `${placeAt(place, parser.offset)}: ${message}`, { cause });
    }
    yield* parser.next(lexeme);
    if (parser.stack.length > DEEPEST) refuse(`${DEEPEST} levels of nesting`);
    count += 1;
    if (count > MOST_TOKENS) refuse(`${MOST_TOKENS} tokens in one document`);
    // oxlint-disable-next-line no-param-reassign -- a budget is there to be spent
    budget.left -= 1;
    if (budget.left < 0) refuse('four million tokens in one file');
  }
  yield* parser.end();
}
