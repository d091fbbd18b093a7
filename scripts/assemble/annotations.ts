import type { AssembleInput } from './assemble.ts';
export function chartAnnotations(i: AssembleInput): Record<string, string> {
  return { ...i.recipe.chart.annotations };
}
