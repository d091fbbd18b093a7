/** One thing that a check found. Checks return all findings, not the first. */
export interface Finding {
  /** The rule's name, for example `schema/unbound`. */
  readonly rule: string;
  readonly severity: 'error' | 'warning';
  /** File, value or field. */
  readonly place: string;
  readonly message: string;
  readonly hint: string;
}
