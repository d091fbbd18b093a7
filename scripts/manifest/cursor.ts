/** Thrown where the whole grammar is needed; its stack tells nothing. */
export const UNREAD = new Error('not read');

const SPACE = 0x20;
const HASH = 0x23;
const NEWLINE = 0x0a;

/** A place in a text of lines, each ending in a newline. */
export class Cursor {
  readonly text: string;
  /** The line that is looked at: its indent (-1 behind the last one), first character and end. */
  indent = -1;
  at = 0;
  end = -1;
  /** Whether nothing was passed but content: no comment, and no blank line between two fields. */
  bare = true;

  constructor(text: string) {
    this.text = text;
  }

  /** Goes on to the next line that has content. */
  next(): void {
    for (let start = this.end + 1; start < this.text.length; start = this.end + 1) {
      this.line(start);
      const first = this.text.charCodeAt(this.at);
      if (first !== NEWLINE && first !== HASH) return;
      this.bare = false;
    }
    this.indent = -1;
  }

  /** Looks at the line that begins at an offset. */
  line(start: number): void {
    this.at = this.behind(start);
    const end = this.text.indexOf('\n', this.at);
    this.end = end < 0 ? this.text.length : end;
    this.indent = this.at - start;
  }

  /** Where spaces end. */
  behind(start: number): number {
    let at = start;
    while (this.text.charCodeAt(at) === SPACE) at += 1;
    return at;
  }

  /** Whether nothing stands at an offset of the line but a comment. */
  isOver(at: number): boolean {
    if (at === this.end) return true;
    if (this.text.charCodeAt(at) !== HASH) return false;
    this.bare = false;
    return true;
  }

  /** The rest of the line without spaces at its end. */
  rest(start: number): string {
    let end = this.end;
    while (end > start && this.text.charCodeAt(end - 1) === SPACE) end -= 1;
    return this.text.slice(start, end);
  }
}
