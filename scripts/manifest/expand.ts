import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Scalar,
  visit,
  type Alias,
  type Document,
  type Node,
  type YAMLMap,
} from 'yaml';
import { ChartError } from '../errors.ts';
import { DEEPEST, placeAt, type Place } from './compose.ts';
import { isInteger, MERGE } from './scalars.ts';

/** One key of a map as Kubernetes sees it: merge keys expanded, the key a string. */
export interface Member {
  readonly key: string;
  readonly keyNode: Scalar;
  readonly value: Node | null;
}

/**
 * What is spent on aliases over a whole file: the source characters that all
 * expansions together copy. An alias bomb spends it at once; real files use
 * some kilobytes.
 */
export interface AliasBudget {
  left: number;
}

export function aliasBudget(): AliasBudget {
  return { left: 4 * 1024 * 1024 };
}

/** Reads the nodes of one document with aliases and merge keys expanded. */
export class Expander {
  readonly #place: Place;
  readonly #budget: AliasBudget;
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #open = new Set<Node>();
  #depth = 0;

  constructor(doc: Document, place: Place, budget: AliasBudget) {
    this.#place = place;
    this.#budget = budget;
    this.#targets = place.text.includes('*') ? aliasTargets(doc, place) : new Map();
  }

  /**
   * Calls `use` with the node itself, or with what an alias stands for.
   *
   * @throws PARSE_LIMIT for an alias bomb, an alias inside its own anchor, or too deep a nesting
   */
  enter<T>(node: Node, use: (resolved: Exclude<Node, Alias>) => T): T {
    const target = isAlias(node) ? this.#targets.get(node) : node;
    if (target === undefined || isAlias(target))
      throw new ChartError('BUG', `${this.at(node)}: alias without target`);
    if (target !== node) this.#spend(node, target);
    if (this.#open.has(target)) this.refuse('PARSE_LIMIT', node, 'an alias inside its own anchor');
    if (this.#depth >= DEEPEST) this.refuse('PARSE_LIMIT', node, `more than ${DEEPEST} levels of nesting`);
    if (isScalar(target)) return use(target);
    this.#open.add(target);
    this.#depth += 1;
    try {
      return use(target);
    } finally {
      this.#open.delete(target);
      this.#depth -= 1;
    }
  }

  /**
   * The members of a map in order, merge keys expanded in their place.
   *
   * @throws PARSE_DUPLICATE for a key that is there twice, or in front of a merge
   *   that has it with another value: YAML lets the key win, Kubernetes the merge
   */
  members(map: YAMLMap): readonly Member[] {
    const members = new Map<string, Member>();
    /** Names that a merge brought and that a key below it may still override. */
    let merged: Set<string> | undefined;
    for (const { key, value } of map.items as readonly { key: Node; value: Node | null }[]) {
      if (!isMergeKey(key)) {
        const member = this.#member(key, value);
        if (members.has(member.key) && merged?.delete(member.key) !== true) {
          this.refuse('PARSE_DUPLICATE', key, `the key ${JSON.stringify(member.key)} is there twice`);
        }
        members.set(member.key, member);
        continue;
      }
      if (merged !== undefined) this.refuse('PARSE_DUPLICATE', key, 'the key << is there twice');
      const brought = this.#merged(key, value);
      const over = brought.find((member) => !this.#isSame(members.get(member.key), member));
      if (over !== undefined) {
        const what = `the merge overrides the key ${over.key} above it in some YAML readers only`;
        this.refuse('PARSE_DUPLICATE', key, what);
      }
      const added = brought.filter((member) => !members.has(member.key));
      for (const member of added) members.set(member.key, member);
      merged = new Set(added.map((member) => member.key));
    }
    return [...members.values()];
  }

  #member(key: Node, value: Node | null): Member {
    return this.enter(key, (keyNode) => {
      if (!isScalar(keyNode)) return this.refuse('PARSE_YAML', key, 'a key that is a map or list');
      const name: unknown = keyNode.value;
      if (typeof name === 'string') return { key: name, keyNode, value };
      // sigs.k8s.io/yaml makes strings of these and refuses the rest or prints it in Go's own way.
      if (typeof name === 'boolean' || (Number.isSafeInteger(name) && isInteger(keyNode.source ?? '')))
        return { key: String(name), keyNode, value };
      return this.refuse('PARSE_YAML', key, `the key ${keyNode.source ?? String(name)} is not a string`);
    });
  }

  /** Whether a merge leaves a key as it is: it is not there yet, or has the same scalar. */
  #isSame(member: Member | undefined, brought: Member): boolean {
    if (member === undefined) return true;
    const scalarOf = ({ value }: Member): unknown =>
      value === null ? null : this.enter(value, (node) => (isScalar(node) ? node.value : node));
    return scalarOf(member) === scalarOf(brought);
  }

  /** The members that a merge brings; of several maps the first one that has a key wins. */
  #merged(key: Node, value: Node | null): readonly Member[] {
    const wrong = (): never => this.refuse('PARSE_YAML', key, 'a merge key takes a map or a list of maps');
    if (value === null) return wrong();
    return this.enter(value, (node) => {
      if (isMap(node)) return this.members(node);
      if (!isSeq(node)) return wrong();
      const found = new Map<string, Member>();
      for (const item of node.items as readonly Node[]) {
        for (const member of this.enter(item, (map) => (isMap(map) ? this.members(map) : wrong()))) {
          if (!found.has(member.key)) found.set(member.key, member);
        }
      }
      return [...found.values()];
    });
  }

  #spend(alias: Node, target: Node): void {
    const [start = 0, end = 0] = target.range ?? [];
    this.#budget.left -= end - start + 1;
    if (this.#budget.left < 0) this.refuse('PARSE_LIMIT', alias, 'the aliases expand to megabytes');
  }

  /** `file:line` of a node. */
  at(node: Node): string {
    return placeAt(this.#place, node.range?.[0] ?? 0);
  }

  refuse(code: 'PARSE_DUPLICATE' | 'PARSE_LIMIT' | 'PARSE_YAML', node: Node, what: string): never {
    throw new ChartError(code, `${this.at(node)}: ${what}`);
  }
}

/** go-yaml merges only for a plain `<<` or one with its tag; a quoted one is an ordinary key. */
function isMergeKey(key: Node): boolean {
  return isScalar(key) && key.value === '<<' && (key.type === Scalar.PLAIN || key.tag === MERGE);
}

/** Resolves every alias in one walk: an anchor may be set again, and the latest one above counts. */
function aliasTargets(doc: Document, place: Place): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(doc, {
    Node: (_, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target === undefined) {
          throw new ChartError(
            'PARSE_YAML',
            `${placeAt(place, node.range?.[0] ?? 0)}: the alias *${node.source} has no anchor`,
          );
        }
        targets.set(node, target);
      } else if (node.anchor !== undefined) {
        anchors.set(node.anchor, node);
      }
    },
  });
  return targets;
}
