/** One way in which a server asks for credentials (RFC 9110, 11.6.1). */
export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Lower-case names. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const SPACE = /[ \t]+/y;
const SEPARATOR = /[ \t,]*/y;
const EQUALS = /[ \t]*=[ \t]*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
const TOKEN68 = /[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y;

/**
 * All challenges of one header. Gitea sends two headers and an HTTP client joins them, so
 * the comma stands both between challenges and between the parameters of one: a name that
 * no `=` follows begins the next challenge. What is malformed ends the list; what was read
 * until there is kept.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { readonly scheme: string; readonly parameters: Map<string, string> }[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(header) ?? undefined;
    if (match !== undefined) at = pattern.lastIndex;
    return match;
  };
  while (at < header.length) {
    take(SEPARATOR);
    const name = take(TOKEN)?.[0].toLowerCase();
    if (name === undefined) break;
    const last = challenges.at(-1);
    if (last !== undefined && take(EQUALS) !== undefined) {
      const value = unquote(take(QUOTED)?.[1]) ?? take(TOKEN)?.[0];
      if (value === undefined) break;
      last.parameters.set(name, value);
    } else {
      challenges.push({ scheme: name, parameters: new Map() });
      if (take(SPACE) !== undefined) take(TOKEN68);
    }
  }
  return challenges;
}

function unquote(text: string | undefined): string | undefined {
  return text?.replaceAll(/\\(.)/g, '$1');
}
