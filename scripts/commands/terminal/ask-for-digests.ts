import { nameOf, type ImageAnswer, type WantedImage } from '../../chart/pin.ts';
import { ChartError } from '../../errors.ts';
import type { RegistryOptions } from '../../oci/registry.ts';
import { resolveImages } from '../../oci/resolve-image.ts';
import { formatReference, parseImageReference } from '../../recipe/reference.ts';
import type { Output } from './output.ts';
import { countBar } from './progress.ts';

/** What registries say of images, or why they say nothing. */
export type Answers = ReadonlyMap<WantedImage, ImageAnswer | ChartError>;

/** Asks the registries of images for their digests, all at once, with a bar. */
export async function askForDigests(
  wanted: readonly WantedImage[],
  options: RegistryOptions,
  out: Output,
): Promise<Answers> {
  const references = wanted.map((image) => parseImageReference(nameOf(image)));
  const different = new Set(references.map(formatReference)).size;
  const bar = countBar(out, 'asking registries', different);
  const found = await resolveImages(references, options, bar.add).finally(bar.done);
  return new Map(
    wanted.flatMap((image, i) => {
      const answer = found[i];
      if (answer === undefined) return [];
      return [
        [image, answer instanceof ChartError ? answer : { ...answer, source: 'registry' as const }] as const,
      ];
    }),
  );
}
