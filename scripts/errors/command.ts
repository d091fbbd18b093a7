import type { ErrorKind } from './kind.ts';

/** Of any command: its flags, the files it works on, the Helm it runs. */
export const COMMAND_ERRORS = {
  USAGE: {
    stage: 'usage',
    exit: 2,
    meaning: 'A flag or an argument is unknown, missing or malformed.',
    remedy: 'Run the command with --help.',
  },
  FILE_MISSING: {
    stage: 'usage',
    exit: 2,
    meaning: 'A file that the command needs does not exist or cannot be read.',
    remedy: 'Check the path, or run the command that writes the file.',
  },
  FILE_SYSTEM: {
    stage: 'usage',
    exit: 1,
    meaning:
      'The file system does not let a file or a folder be used: permission, read-only, or something else in its place.',
    remedy: 'Correct what the message names, or choose another folder; then run again.',
  },
  DISK_FULL: {
    stage: 'usage',
    exit: 1,
    meaning: 'The disk is full. What was written completely is kept; nothing was tagged that is not whole.',
    remedy: 'Free space and run again: what is there already is skipped.',
  },
  HELM_MISSING: {
    stage: 'helm',
    exit: 2,
    meaning: 'A Helm that the command needs is not on this machine, or cannot run here.',
    remedy:
      'Get Helm 3 and Helm 4 from https://github.com/helm/helm/releases, then put them on PATH as helm3 and helm4, or set HELM=/path/to/helm3:/path/to/helm4.',
  },
  HELM_FAILED: {
    stage: 'helm',
    exit: 1,
    meaning: 'Helm refused the chart or the values.',
    remedy: 'The message is in the words of Helm; correct what it names.',
  },
  BUG: {
    stage: 'bug',
    exit: 70,
    meaning: 'Something happened that the code holds impossible.',
    remedy: 'Please report it with the whole output.',
  },
} as const satisfies Record<string, ErrorKind>;
