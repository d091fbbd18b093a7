import { LineCounter } from 'yaml';

/** The line (1-based) of an offset, for many questions about one text, which is looked through once. */
export function lineFinder(text: string): (offset: number) => number {
  let lines: LineCounter | undefined;
  return (offset) => (lines ??= counted(text)).linePos(offset).line;
}

function counted(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return lines;
}
