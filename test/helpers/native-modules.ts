/**
 * Has Node itself load what is tested. Where vitest loads a module every use of an import goes through it, and a
 * loop of the parser takes nine times as long. What it loads is one for all, so that nothing can be put in its place.
 */
export const NATIVE_MODULES = {
  execArgv: ['--import', 'tsx/esm'],
  server: { deps: { external: [/\/scripts\/.*\.ts$/] } },
  deps: { interopDefault: false },
};
