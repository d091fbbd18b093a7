import { expect, test } from 'vitest';
import { untilError } from '../../scripts/oci/work.ts';

test('what runs when the first action fails ends with its error, what comes later is not begun', async () => {
  const step = untilError();
  let fail = (): void => {};
  const slow = step(
    () =>
      new Promise<void>((_, reject) => {
        fail = () => reject(new Error('the second'));
      }),
  );
  await expect(step(() => Promise.reject(new Error('the first')))).rejects.toThrow('the first');
  fail();
  await expect(slow).rejects.toThrow('the first');
  let begun = false;
  const later = step(async () => {
    begun = true;
  });
  await expect(later).rejects.toThrow('the first');
  expect(begun).toBe(false);
});
