/** The figures of one run. */
export interface Result {
  /** Its name in the table. */
  readonly name: string;
  /** The accepted commands, and how many of them were edits and deletions. */
  readonly accepted: number;
  readonly edits: number;
  readonly deletions: number;
  readonly deliveries: number;
  /** The longest time in which nothing was accepted, in milliseconds. */
  readonly silence: number;
}

const HEAD = "every entry of";
const COLUMNS = [" accepted", "edits", "deletions", "deliveries", "nothing accepted for"];
const results: Result[] = [];

/** Adds a run to the table at the end, and its figures to the test's title. */
export function report(test: Mocha.Context, result: Result): void {
  results.push(result);
  const { accepted, deliveries, silence } = figures(result);
  // Mocha prints the title when the test ends.
  if (test.test) test.test.title += ` (${accepted} accepted, ${deliveries} deliveries; none accepted for ${silence})`;
}

function figures({ accepted, edits, deletions, deliveries, silence }: Result) {
  return {
    accepted: accepted.toLocaleString("en"),
    edits: edits.toLocaleString("en"),
    deletions: deletions.toLocaleString("en"),
    deliveries: deliveries.toLocaleString("en"),
    silence: `${(silence / 1_000).toFixed(2)} s`,
  };
}

/** The table of all runs. */
function table(): string {
  const width = Math.max(HEAD.length, ...results.map(({ name }) => name.length));
  const row = (name: string, ...columns: string[]) =>
    [`  ${name.padEnd(width)}`, ...columns.map((column, i) => column.padStart(COLUMNS[i]?.length ?? 0))].join("  ");
  const rows = results.map((result) => {
    const { accepted, edits, deletions, deliveries, silence } = figures(result);
    return row(result.name, accepted, edits, deletions, deliveries, silence);
  });
  return [row(HEAD, ...COLUMNS), ...rows].join("\n");
}

// In mocha's root suite: after all files.
after(() => {
  if (results.length > 0) console.log(`\n  Accounted for, at every client:\n\n${table()}\n`);
});
