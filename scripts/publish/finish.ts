import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartError } from '../errors.ts';
import { writeAtomic } from '../io/files.ts';
import type { Output } from '../io/output.ts';
import { confirmTag } from '../verify/read-back.ts';
import type { DoneJob } from './publish.ts';
import { receiptOf, type PublishReceipt, type ReceiptInput } from './receipt.ts';

/** Where a release's files are, without their endings: `dist/NAME-VERSION`. */
export function releaseBase({ name, version }: { readonly name: string; readonly version: string }): string {
  return join('dist', `${name}-${version}`);
}

/** What a receipt is made of, and the jobs whose tags are confirmed. */
type FinishInput = Omit<ReceiptInput, 'pulledBy' | 'done'> & { readonly done: readonly DoneJob[] };

/**
 * Writes the receipt of what is published, then has it pulled and writes by whom. What is
 * published is published, whatever the pull brings; so it has a receipt before. Last, every tag
 * that was written in a registry is looked at once more; a release that lost one to somebody else
 * has no receipt.
 *
 * @param pull undefined for a layout, which is written under a lock
 * @throws VERIFY_FAILED; what `pull` throws
 */
export async function finish(
  project: string,
  input: FinishInput,
  pull: (() => Promise<readonly string[]>) | undefined,
  out: Output,
): Promise<PublishReceipt> {
  const written = performance.now();
  const file = `${releaseBase(input.chart)}.receipt.json`;
  const write = async (pulledBy: readonly string[]): Promise<PublishReceipt> => {
    const receipt = receiptOf({ ...input, pulledBy });
    await writeAtomic(join(project, file), `${JSON.stringify(receipt, null, 2)}\n`);
    return receipt;
  };
  const published = await write([]);
  out.step('receipt', file);
  if (pull === undefined) return published;
  const pulledBy = await pull();
  const tagged = input.done.filter(({ steps }) => steps.length > 0);
  await Promise.all(tagged.map(({ publication }) => confirmTag(publication, written))).catch(
    async (error: unknown) => {
      const lost = error instanceof ChartError && error.code === 'VERIFY_FAILED';
      if (lost) await rm(join(project, file), { force: true });
      throw error;
    },
  );
  return write(pulledBy);
}
