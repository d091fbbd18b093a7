/**
 * A text without spaces, tabs and line breaks at its end: what YAML takes for such. JavaScript's
 * trimEnd takes a no-break space too, which is a character of the value.
 */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\n'.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** Empty lines at the end belong to no field, unless a block scalar keeps them (`|+`); spaces there may be its text. */
export function endOnce(text: string): string {
  if (/[|>][1-9]?\+/.test(text)) return text;
  let end = text.length;
  while (end > 0 && text.charAt(end - 1) === '\n') end -= 1;
  return `${text.slice(0, end)}\n`;
}
