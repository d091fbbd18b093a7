import { Scalar, type ScalarTag } from 'yaml';

/*
 * Plain scalars as Kubernetes reads them. Its reader, sigs.k8s.io/yaml, is
 * go-yaml v2 (resolve.go): YAML 1.1 booleans and octals, the 1.2 octal `0o7`,
 * underscores in numbers, but no sexagesimals and no timestamps (both strings).
 * test/manifest/scalars.test.ts holds the answers of a real Helm.
 */

export const MERGE = 'tag:yaml.org,2002:merge';

const NULL = /^(?:~|null|Null|NULL)?$/;
const TRUE = /^(?:y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE)$/;
const FALSE = /^(?:n|N|no|No|NO|off|Off|OFF|false|False|FALSE)$/;
/** Wider than numbers are: {@link numberOf} decides, and what it refuses is a string. */
const NUMBER_LIKE = /^(?:\.|[-+][._]*)?[0-9][0-9a-zA-Z_.+-]*$/;
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/;

/** At most 64 digits, so that BigInt's effort is bounded: more do not fit into 64 bits anyway. */
const INTEGERS: readonly (readonly [RegExp, string])[] = [
  [/^0[xX]([0-9a-fA-F]{1,64})$/, '0x'],
  [/^0[bB]([01]{1,64})$/, '0b'],
  [/^0[oO]?([0-7]{1,64})$/, '0o'],
  [/^(0|[1-9][0-9]{0,63})$/, ''],
];
const DECIMAL = /^(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

/** Sign and digits; go-yaml drops underscores only behind a sign or digit, not behind a dot. */
function parts(source: string): readonly [sign: string, digits: string] {
  const plain = source.startsWith('.') ? source : source.replaceAll('_', '');
  const sign = /^[-+]?/.exec(plain)?.[0] ?? '';
  return [sign, plain.slice(sign.length)];
}

/** The integer that Go reads into 64 bits, one of them for a sign; what is larger is tried as a decimal float. */
function integerOf(source: string): number | undefined {
  const [sign, digits] = parts(source);
  const most = sign === '' ? 2n ** 64n - 1n : sign === '-' ? 2n ** 63n : 2n ** 63n - 1n;
  for (const [form, prefix] of INTEGERS) {
    const found = form.exec(digits)?.[1];
    const value = found === undefined ? undefined : BigInt(prefix + found);
    if (value !== undefined && value <= most) return signed(sign, Number(value));
  }
  return undefined;
}

/** The number that a plain scalar stands for; undefined when it is a string. */
function numberOf(source: string): number | undefined {
  const whole = integerOf(source);
  if (whole !== undefined) return whole;
  const [sign, digits] = parts(source);
  if (!DECIMAL.test(digits)) return undefined;
  const value = Number(digits);
  return Number.isFinite(value) ? signed(sign, value) : undefined;
}

/** Whether a scalar is an integer to Go, which prints floats in its own way where they are keys: -0.0 as -0, 1e6 as 1e+06. */
export function isInteger(source: string): boolean {
  return integerOf(source) !== undefined;
}

/** What a plain scalar stands for; undefined for a number that JSON does not have. */
export function plainValue(source: string): string | number | boolean | null | undefined {
  if (NULL.test(source)) return null;
  if (TRUE.test(source)) return true;
  if (FALSE.test(source)) return false;
  if (NUMBER_LIKE.test(source)) return numberOf(source) ?? source;
  return NOT_FINITE.test(source) ? undefined : source;
}

function signed(sign: string, value: number): number {
  return sign === '-' && value !== 0 ? -value : value;
}

/** A number in the form that every YAML and JSON reader reads alike. */
const PORTABLE = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/;

/**
 * The text of a number: the source's own where no reader can take it for
 * anything else (so `1.10` and integers beyond 2^53 keep their digits),
 * otherwise decimal (`0644` becomes 420).
 */
export function numberText({ source, value }: Pick<Scalar, 'source' | 'value'>): string {
  return source !== undefined && PORTABLE.test(source) ? source : JSON.stringify(value);
}

const numberTag: ScalarTag = {
  identify: (value) => typeof value === 'number',
  default: true,
  tag: 'tag:yaml.org,2002:int',
  test: NUMBER_LIKE,
  resolve: (source) => numberOf(source) ?? source,
  stringify: numberText,
};

/** For an explicit `!!float`; the plain ones are {@link numberTag}'s. */
const floatTag: ScalarTag = {
  ...numberTag,
  default: false,
  tag: 'tag:yaml.org,2002:float',
  resolve: (source, onError) => numberOf(source) ?? (onError(`${source} is not a number`), source),
};

/** JSON, and so Kubernetes, has no infinities: the reader of the object refuses them with a place. */
const notFiniteTag: ScalarTag = {
  default: true,
  tag: 'tag:yaml.org,2002:float',
  test: NOT_FINITE,
  resolve: () => Number.NaN,
};

function boolTag(value: boolean, test: RegExp): ScalarTag {
  return {
    identify: (other) => other === value,
    default: true,
    tag: 'tag:yaml.org,2002:bool',
    test,
    resolve: () => new Scalar(value),
    stringify: () => String(value),
  };
}

const nullTag: ScalarTag = {
  identify: (value) => value === null,
  createNode: () => new Scalar(null),
  default: true,
  tag: 'tag:yaml.org,2002:null',
  test: NULL,
  resolve: () => new Scalar(null),
  stringify: ({ source }) => (source !== undefined && NULL.test(source) ? source : 'null'),
};

/** `!!merge`, which yq writes in front of `<<`. */
const mergeTag: ScalarTag = {
  default: false,
  tag: MERGE,
  resolve: (source, onError) => (source === '<<' || onError(`${source} is no merge key`), source),
};

/** `<<` is a key like any other here; expand.ts treats it. */
export const SCALAR_TAGS: readonly ScalarTag[] = [
  nullTag,
  boolTag(true, TRUE),
  boolTag(false, FALSE),
  numberTag,
  floatTag,
  notFiniteTag,
  mergeTag,
];
