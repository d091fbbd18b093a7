import { Cursor, UNREAD } from './cursor.ts';
import {
  kept,
  refuseUnplain,
  scalarAt,
  type Keep,
  type ScalarStyle,
  type ScalarValue,
} from './quick-scalar.ts';
import { plainValue } from './scalars.ts';

/** Maps and lists as data has them, with something else in place of the scalars. */
export type Tree<S> = S | readonly Tree<S>[] | { readonly [key: string]: Tree<S> };

/** What was read, and about how many tokens the whole grammar's reader spends on it. */
export interface Quick<S> {
  readonly tree: Tree<S>;
  readonly tokens: number;
  /** Whether the text is all content: no comment, and no blank line between two fields. */
  readonly bare: boolean;
}

/** What is kept of what a document says. */
export interface Keeper<S> {
  readonly scalar: Keep<S>;
  /** In place of a key, whose value is a text and no map has twice. */
  readonly key: (value: string, style: ScalarStyle) => string | undefined;
}

/** What JSON has. */
const DATA: Keeper<ScalarValue> = { scalar: (value) => value, key: (value) => value };

/** The data of a document, as {@link quickTree} reads it. */
export function quickObject(text: string): Quick<ScalarValue> | undefined {
  return quickTree(text, DATA);
}

/**
 * What a document says in the YAML that manifests are written in: block maps and lists, scalars
 * plain, quoted or as blocks, lists of words in brackets. Ten times as fast as a tree of nodes, and
 * without one. Undefined for everything else, whether it is wrong or only unusual: anchors, tags,
 * other flow collections, keys that are there twice, what is nested deep. It is for the reader of the
 * whole grammar (compose.ts) to read or to refuse.
 *
 * @param text lines, each ending in a newline
 */
export function quickTree<S>(text: string, keeper: Keeper<S>): Quick<S> | undefined {
  const reader = new Reader(text, keeper);
  try {
    const tree = reader.document();
    return { tree, tokens: reader.tokens, bare: reader.bare };
  } catch (error) {
    if (error === UNREAD) return undefined;
    throw error;
  }
}

/** An implicit key of more than 1024 characters is none. */
const LONGEST_KEY = 1000;
/** More than manifests have; the limit is the other reader's. */
const DEEPEST = 100;
/** Of a key with its value: indent, key, colon, space, value, newline, and a mark before each scalar. */
const TOKENS_OF_MEMBER = 7;
const TOKENS_OF_ITEM = 4;
/** A list of words on one line. */
const FLOW =
  /^\[ *(?:(?:"[^"\\\t]*"|'[^'\t]*'|[\w./][\w./-]*)(?: *, *(?:"[^"\\\t]*"|'[^'\t]*'|[\w./][\w./-]*))*)? *\]$/;
const WORD = /"([^"]*)"|'([^']*)'|([\w./-]+)/g;

const SPACE = 0x20;
const DASH = 0x2d;
const COLON = 0x3a;
const NEWLINE = 0x0a;

class Reader<S> {
  readonly #cursor: Cursor;
  readonly #keeper: Keeper<S>;
  #depth = 0;
  tokens = 0;

  constructor(text: string, keeper: Keeper<S>) {
    this.#cursor = new Cursor(text);
    this.#keeper = keeper;
  }

  get bare(): boolean {
    return this.#cursor.bare;
  }

  document(): Tree<S> {
    this.#cursor.next();
    if (this.#cursor.indent < 0) throw UNREAD;
    const tree = this.#block(-1);
    if (this.#cursor.indent >= 0) throw UNREAD;
    return tree;
  }

  /** What begins at the line that is looked at, inside a collection of this indent. */
  #block(outer: number): Tree<S> {
    if (++this.#depth > DEEPEST) throw UNREAD;
    const { indent, at } = this.#cursor;
    const tree = this.#isItem()
      ? this.#list(indent)
      : this.#keyEnd() >= 0
        ? this.#map(indent)
        : this.#value(at, outer);
    this.#depth -= 1;
    return tree;
  }

  #isItem(): boolean {
    const { text, at } = this.#cursor;
    if (text.charCodeAt(at) !== DASH) return false;
    const second = text.charCodeAt(at + 1);
    return second === SPACE || second === NEWLINE;
  }

  #list(indent: number): Tree<S> {
    const cursor = this.#cursor;
    const items: Tree<S>[] = [];
    while (cursor.indent === indent && this.#isItem()) {
      this.tokens += TOKENS_OF_ITEM;
      const at = cursor.behind(cursor.at + 1);
      if (cursor.isOver(at)) {
        cursor.next();
        items.push(cursor.indent > indent ? this.#block(indent) : this.#nothing());
        continue;
      }
      cursor.indent += at - cursor.at;
      cursor.at = at;
      items.push(this.#block(indent));
    }
    if (cursor.indent > indent) throw UNREAD;
    return items;
  }

  #map(indent: number): Tree<S> {
    const cursor = this.#cursor;
    const map: Record<string, Tree<S>> = {};
    while (cursor.indent === indent) {
      this.tokens += TOKENS_OF_MEMBER;
      const colon = this.#keyEnd();
      if (colon < 0) throw UNREAD;
      const key = this.#key(cursor.text.slice(cursor.at, colon));
      if (Object.hasOwn(map, key)) throw UNREAD;
      const at = cursor.behind(colon + 1);
      if (!cursor.isOver(at)) {
        map[key] = this.#value(at, indent);
        continue;
      }
      cursor.next();
      const isInside = cursor.indent > indent || (cursor.indent === indent && this.#isItem());
      map[key] = isInside ? this.#block(indent) : this.#nothing();
    }
    if (cursor.indent > indent) throw UNREAD;
    return map;
  }

  #nothing(): S {
    return kept(this.#keeper.scalar, '', 'plain');
  }

  /** Where the colon behind a line's key is; -1 when it has none. */
  #keyEnd(): number {
    const { text, at: from, end } = this.#cursor;
    const quote = text[from];
    if (quote === '"' || quote === "'") {
      const behind = text.indexOf(quote, from + 1) + 1;
      return behind > 0 && behind < end && isColon(text, behind) ? behind : -1;
    }
    let at = from;
    while (at < end && !isColon(text, at)) at += 1;
    return at < end ? at : -1;
  }

  #key(source: string): string {
    if (source.length > LONGEST_KEY || source === '<<' || source.endsWith(' ')) throw UNREAD;
    const style = source.startsWith('"') ? 'double' : source.startsWith("'") ? 'single' : 'plain';
    if (style === 'plain') refuseUnplain(source);
    const value = style === 'plain' ? plainValue(source) : source.slice(1, -1);
    const isPlain = typeof value === 'string' && !value.includes('\\') && value !== '__proto__';
    const key = isPlain ? this.#keeper.key(value, style) : undefined;
    if (key === undefined) throw UNREAD;
    return key;
  }

  /** The scalar or flow collection that begins at an offset of the line. */
  #value(at: number, outer: number): Tree<S> {
    const first = this.#cursor.text[at];
    return first === '{' || first === '['
      ? this.#flow(at)
      : scalarAt(this.#cursor, at, outer, this.#keeper.scalar);
  }

  #flow(at: number): Tree<S> {
    const source = this.#cursor.rest(at);
    if (source !== '{}' && !FLOW.test(source)) throw UNREAD;
    this.#cursor.next();
    if (source === '{}') return {};
    return [...source.matchAll(WORD)].map(([, double, single, word = '']): S => {
      this.tokens += TOKENS_OF_ITEM;
      if (double !== undefined) return kept(this.#keeper.scalar, double, 'double');
      return kept(this.#keeper.scalar, single ?? word, single === undefined ? 'plain' : 'single');
    });
  }
}

function isColon(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== COLON) return false;
  const next = text.charCodeAt(at + 1);
  return next === SPACE || next === NEWLINE;
}
