/** What an object is found by. */
interface Named {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/**
 * Which of several is the one of this kind and name: that of its namespace, else the first, for a value may
 * have given it another namespace. -1 for none.
 */
export function indexOfNamesake({ kind, name, namespace }: Named, all: readonly Named[]): number {
  const alike = all.flatMap((one, i) => (one.kind === kind && one.name === name ? [i] : []));
  return alike.find((i) => all[i]?.namespace === namespace) ?? alike[0] ?? -1;
}
