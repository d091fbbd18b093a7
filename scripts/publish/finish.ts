import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ChartError } from '../errors.ts';
import { writeAtomic } from '../io/files.ts';
import type { Artifact } from '../package/artifact.ts';
import { textInside } from '../io/inside.ts';
import type { Tell } from './events.ts';
import { confirmTag } from './read-back.ts';
import type { DoneJob } from './job.ts';
import { piecesOf } from './publication.ts';
import { receiptOf, type PublishReceipt, type ReceiptInput } from './receipt.ts';

/** Where a release's files are, without their endings: `dist/NAME-VERSION`. */
export function releaseBase({ name, version }: { readonly name: string; readonly version: string }): string {
  return join('dist', `${name}-${version}`);
}

/** Writes the packed chart beside its receipt. */
export async function writeArchive(project: string, artifact: Artifact, tell: Tell): Promise<void> {
  const file = `${releaseBase(artifact)}.tgz`;
  await writeAtomic(join(project, file), artifact.chart.bytes);
  tell({ event: 'packed', file, bytes: artifact.chart.descriptor.size });
}

/** What a receipt is made of, and the jobs whose tags are confirmed. */
type FinishInput = Omit<ReceiptInput, 'pulledBy' | 'done' | 'plan' | 'pieces'> & {
  /** The last is the chart. */
  readonly done: readonly DoneJob[];
};

/**
 * Writes the receipt of what is published, then has it pulled and writes by whom. What is
 * published is published, whatever the pull brings; so it has a receipt before. Last, every tag
 * that was written in a registry is looked at once more; a release that lost one to somebody else
 * has no receipt. A release that finds all of it there leaves the receipt of the one that brought
 * it, but for who pulled it last.
 *
 * @param pull undefined for a layout, which is written under a lock
 * @returns the receipt of this run
 * @throws VERIFY_FAILED; what `pull` throws
 */
export async function finish(
  project: string,
  input: FinishInput,
  pull: (() => Promise<readonly string[]>) | undefined,
  tell: Tell,
): Promise<PublishReceipt> {
  const written = performance.now();
  const file = `${releaseBase(input.chart)}.receipt.json`;
  const job = input.done.at(-1);
  if (job?.kind !== 'chart') throw new ChartError('BUG', 'No chart was published');
  const pieces = await piecesOf(job.publication);
  const now = receiptOf({ ...input, plan: job.plan, pieces, pulledBy: [] });
  const first = now.steps.length > 0 ? undefined : await firstReceipt(project, file, now);
  const write = async (receipt: PublishReceipt): Promise<void> =>
    writeAtomic(join(project, file), `${JSON.stringify(receipt, null, 2)}\n`);
  if (first === undefined) await write(now);
  tell({ event: 'receipt', file });
  if (pull === undefined) return now;
  const pulledBy = await pull();
  const tagged = input.done.filter(({ steps }) => steps.length > 0);
  await Promise.all(tagged.map(({ publication }) => confirmTag(publication, written))).catch(
    async (error: unknown) => {
      const lost = error instanceof ChartError && error.code === 'VERIFY_FAILED';
      if (lost) await rm(join(project, file), { force: true });
      throw error;
    },
  );
  await write({ ...(first ?? now), pulledBy });
  return { ...now, pulledBy };
}

/** A receipt has the images' platforms and the departures: some ten KiB. */
const LARGEST_RECEIPT = 4 * 1024 * 1024;

/** The receipt on disk, when it is of this very publication; what cannot be read is of none. */
async function firstReceipt(
  project: string,
  file: string,
  { receipt, target, tag, digest }: PublishReceipt,
): Promise<PublishReceipt | undefined> {
  try {
    const text = await textInside(join(project, dirname(file)), basename(file), LARGEST_RECEIPT);
    const found = JSON.parse(text ?? '') as PublishReceipt | null;
    const isSame = found?.target === target && found.tag === tag && found.digest === digest;
    return isSame && found.receipt === receipt ? found : undefined;
  } catch {
    return undefined;
  }
}
