/** What a code means and which exit status it ends the process with. */
export interface ErrorKind {
  readonly stage: Stage;
  readonly exit: 1 | 2 | 3 | 70;
  /** One sentence: what happened. */
  readonly meaning: string;
  /** One sentence: what to do about it. */
  readonly remedy: string;
}

/** The stage of the pipeline that raises an error. */
export type Stage =
  | 'usage'
  | 'fetch'
  | 'parse'
  | 'recipe'
  | 'templatize'
  | 'assemble'
  | 'validate'
  | 'package'
  | 'publish'
  | 'verify'
  | 'oci'
  | 'helm'
  | 'bug';
