/** What one run measured, by the name of each figure. */
export type Figures = Readonly<Record<string, number>>;

/** The points of a figure that was measured at several steps, such as `p99@100` and `p99@1000`, by step. */
export function pointsOf(figures: Figures, name: string): [step: number, value: number][] {
  return Object.entries(figures).flatMap(([figure, value]) => {
    const [before, step] = figure.split("@");
    return before === name && step !== undefined ? [[Number(step), value] as [number, number]] : [];
  });
}

/** Renames the figures of one step so that `pointsOf` finds them. */
export function atStep(step: number, figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${name}@${step}`, value]));
}
