/**
 * JSON that a person sees whole and a YAML reader takes for the same: characters that
 * break lines or are no text are escaped, also where JSON does not ask for it.
 */
export function plainJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(
    /[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
