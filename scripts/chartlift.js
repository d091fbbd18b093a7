#!/usr/bin/env node
/*
 * The command of the installed package: chartlift NAME [flags]. It is JavaScript, for npm runs it as it is;
 * the commands are compiled when the package is made (scripts/pack.js). Why: docs/adr/0013.
 */
import { existsSync } from 'node:fs';

/** Each command with one line; those that the package has are shown. */
const COMMANDS = {
  init: 'a chart project of any manifest',
  fetch: "upstream's manifest, by version, into the project",
  pin: 'the digests of its images into the lock',
  bump: 'another version of upstream, all of it or nothing',
  outdated: 'what is newer than what the project has',
  build: 'chart/ of the recipe and the manifest',
  template: 'helm template of it',
  review: 'how it differs from upstream, or from what runs, and why',
  release: 'proves, packs and publishes it',
  mirror: 'copies its images to a registry of your own',
  bundle: 'the chart and its images as one file',
  argocd: 'what Argo CD needs to deploy it',
};

const there = Object.entries(COMMANDS).filter(([command]) =>
  existsSync(new URL(`../lib/commands/${command}.js`, import.meta.url)),
);

const [name = '--help'] = process.argv.splice(2, 1);
if (there.some(([command]) => command === name)) {
  const { command } = await import(`../lib/commands/${name}.js`);
  command.start();
} else {
  const asked = ['--help', '-h', 'help'].includes(name);
  const rows = there.map(([command, line]) => `  ${command.padEnd(10)}${line}`);
  const help = [
    'Usage: chartlift COMMAND [flags]',
    '',
    ...rows,
    '',
    'chartlift COMMAND --help has the flags.',
    '',
  ];
  if (asked) process.stdout.write(help.join('\n'));
  else process.stderr.write(`error: chartlift has no command ${name}\n\n${help.join('\n')}`);
  process.exitCode = asked ? 0 : 2;
}
