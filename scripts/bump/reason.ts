/** How much of a version a change raises. */
export type Level = 'major' | 'minor' | 'patch';

/** The weightiest first. */
export const LEVELS: readonly Level[] = ['major', 'minor', 'patch'];

/** Why. */
export interface Reason {
  readonly level: Level;
  readonly text: string;
}
