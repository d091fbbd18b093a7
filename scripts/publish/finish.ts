import { join } from 'node:path';
import { writeAtomic } from '../io/files.ts';
import type { Output } from '../io/output.ts';
import { receiptOf, type PublishReceipt, type ReceiptInput } from './receipt.ts';

/** Where a release's files are, without their endings: `dist/NAME-VERSION`. */
export function releaseBase({ name, version }: { readonly name: string; readonly version: string }): string {
  return join('dist', `${name}-${version}`);
}

/**
 * Writes the receipt of what is published, then has it pulled and writes by whom. What is
 * published is published, whatever the pull brings; so it has a receipt before.
 *
 * @param pull undefined for a layout
 */
export async function finish(
  project: string,
  input: Omit<ReceiptInput, 'pulledBy'>,
  pull: (() => Promise<readonly string[]>) | undefined,
  out: Output,
): Promise<PublishReceipt> {
  const file = `${releaseBase(input.chart)}.receipt.json`;
  const write = async (pulledBy: readonly string[]): Promise<PublishReceipt> => {
    const receipt = receiptOf({ ...input, pulledBy });
    await writeAtomic(join(project, file), `${JSON.stringify(receipt, null, 2)}\n`);
    return receipt;
  };
  const published = await write([]);
  out.step('receipt', file);
  return pull === undefined ? published : write(await pull());
}
