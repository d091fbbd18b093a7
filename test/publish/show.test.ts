import { expect, test } from 'vitest';
import { printNextSteps } from '../../scripts/publish/show.ts';
import type { PublishReceipt } from '../../scripts/publish/receipt.ts';
import { silent } from '../helpers/silent.ts';

const RECEIPT = {
  digest: 'sha256:0',
  chart: { name: 'tool', version: '1.0.0' },
  target: 'git.example.org/infra/tool',
  tag: '1.0.0',
} as PublishReceipt;

test.each([
  [
    'git.example.org/infra',
    'kube-system',
    'helm install tool oci://git.example.org/infra/tool --version 1.0.0 -n kube-system install',
  ],
  [
    'git.example.org/infra',
    undefined,
    'helm install tool oci://git.example.org/infra/tool --version 1.0.0 install',
  ],
  [undefined, 'kube-system', 'npm run release -- --registry oci://HOST/OWNER publish'],
])('what comes next in %s, namespace %s', (registry, namespace, line) => {
  const said: string[] = [];
  printNextSteps(RECEIPT, { registry, namespace }, silent(said));
  expect(said.at(-1)).toContain(line);
});
