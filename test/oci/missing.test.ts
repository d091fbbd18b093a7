import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { missingFrom } from '../../scripts/oci/missing.ts';
import { bytesOf, describeBytes, graphStore, image } from '../helpers/oci-graph.ts';

test('tells what is missing, and asks sixteen questions at once at most', async () => {
  const pieces = Array.from({ length: 100 }, (_, i) => describeBytes(bytesOf(`piece ${i}`, 10)));
  const absent = new Set(pieces.filter((_, i) => i % 7 === 0));
  let asked = 0;
  let most = 0;
  const store = {
    ...graphStore(image('any', [])),
    exists: async (piece: (typeof pieces)[number]) => {
      most = Math.max(most, ++asked);
      await turn();
      asked--;
      return !absent.has(piece);
    },
  };
  expect(await missingFrom(store, pieces)).toEqual([...absent]);
  expect(most).toBe(16);
});
