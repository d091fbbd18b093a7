/** Runs one action of a larger work. */
export type Step = <T>(action: () => Promise<T>) => Promise<T>;

/** Runs actions until one fails; each one after that fails with the same error, and is not begun. */
export function untilError(): Step {
  let first: { readonly error: unknown } | undefined;
  return async (action) => {
    if (first !== undefined) throw first.error;
    try {
      return await action();
    } catch (error) {
      first ??= { error };
      throw first.error;
    }
  };
}

/** Waits until all have settled, so that nothing runs on behind the error; then throws the first. */
export async function allOrFirstError(promises: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** At most `most` actions at a time; the others wait their turn. */
export function limiter(most: number): <T>(action: () => Promise<T>) => Promise<T> {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (action) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free--;
    try {
      return await action();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
