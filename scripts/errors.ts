import { ERRORS } from './errors/table.ts';
import type { Stage } from './errors/kind.ts';

export type ErrorCode = keyof typeof ERRORS;

/** Options of a {@link ChartError} beyond its code and message. */
interface ErrorDetail {
  /** What to do next, more exact than the table's remedy. */
  readonly hint?: string;
  readonly cause?: unknown;
  readonly mend?: Mend;
}

/** In the file that a message names: what to write in place of what. */
export interface Mend {
  readonly from: string;
  readonly to: string;
}

/**
 * The one error class. The message names the file, field or URL, what was
 * expected and what was found; `hint` says what to do next.
 */
export class ChartError extends Error {
  override readonly name = 'ChartError';
  readonly code: ErrorCode;
  readonly hint: string;
  /** Undefined where nothing is near. */
  readonly mend: Mend | undefined;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, { cause: detail.cause });
    this.code = code;
    this.hint = detail.hint ?? ERRORS[code].remedy;
    this.mend = detail.mend;
  }

  get stage(): Stage {
    return ERRORS[this.code].stage;
  }

  get exitCode(): number {
    return ERRORS[this.code].exit;
  }
}

/** The text of anything thrown: an Error's message, or the value as a string. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
