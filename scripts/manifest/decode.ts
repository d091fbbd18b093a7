import { ChartError } from '../errors.ts';

/**
 * The text of a file in UTF-8, without a byte order mark.
 *
 * @throws PARSE_ENCODING with the line when the bytes are not UTF-8
 */
export function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const at = validLength(bytes);
    const line = bytes.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
    const found = bytes[at]?.toString(16).toUpperCase().padStart(2, '0') ?? '';
    throw new ChartError('PARSE_ENCODING', `${file}:${line} is not UTF-8 text: byte ${at} is 0x${found}`, {
      cause,
      hint: 'Save it as UTF-8.',
    });
  }
}

/** How many bytes are whole characters, from the first byte on. */
function validLength(bytes: Uint8Array): number {
  let [valid, invalid] = [0, bytes.length + 1];
  while (invalid - valid > 1) {
    const half = (valid + invalid) >> 1;
    if (beginning(bytes.subarray(0, half)) === undefined) invalid = half;
    else valid = half;
  }
  return new TextEncoder().encode(beginning(bytes.subarray(0, valid))).length;
}

/** The whole characters of what may be cut in the middle of one; undefined when it is not UTF-8. */
function beginning(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}

/*
 * Control characters are no YAML. NEL, LS and PS are line breaks to a YAML 1.1
 * reader, as Kubernetes has, and ordinary characters to a 1.2 reader.
 */
// oxlint-disable-next-line no-control-regex
export const FORBIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/;
const MARKUP = /^\s*<(?:!--|(?:!doctype|\?xml|html|head|body|script)\b)/i;

/**
 * The text as the parser takes it: without byte order mark, `\r\n` as `\n`.
 *
 * @throws PARSE_ENCODING when it cannot be a manifest: HTML, control characters
 */
export function plainText(text: string, file: string): string {
  const unmarked = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (MARKUP.test(unmarked)) {
    throw new ChartError(
      'PARSE_ENCODING',
      `${file} is HTML or XML, not YAML: it begins ${JSON.stringify(unmarked.trimStart().slice(0, 40))}`,
      {
        hint: 'A proxy or login page may have answered in place of the file; open the URL and look.',
      },
    );
  }
  const unix = unmarked.includes('\r') ? unmarked.replaceAll('\r\n', '\n') : unmarked;
  const found = FORBIDDEN.exec(unix);
  if (found !== null) {
    const code = (found[0].codePointAt(0) ?? 0).toString(16).padStart(4, '0').toUpperCase();
    throw new ChartError(
      'PARSE_ENCODING',
      `${file}:${lineAt(unix, found.index)} has the character U+${code}, which YAML readers refuse or read differently`,
      {
        hint: 'Write it as an escape in a double-quoted string.',
      },
    );
  }
  return unix;
}

/** The line (1-based) on which an offset lies. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
