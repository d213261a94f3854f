import type { Ruler } from "../text/ruler.ts";
import type { Frame } from "./layout.ts";
import type { DrawnFrame, LiveArea } from "./liveArea.ts";
import type { Position, PositionQuery } from "./positionQuery.ts";
import { heightOf, PrintedRows } from "./printedRows.ts";

/** No window is narrower. */
const MIN_COLUMNS = 20;
const LAST_COLUMN = "\u001b[999G";

/** The area was erased where it had been before a resize, of which the program had not heard. */
interface Spoiled {
  /** The area that was erased. */
  readonly drawn: DrawnFrame;
  /** Where the cursor was then, and how many columns the terminal had. */
  readonly position: Position;
  readonly columns: number;
  /** The number of rows that had been printed before. */
  readonly printed: number;
}

/** Rows above the live area to erase, and the text to print in their place. */
export interface Repair {
  readonly rows: number;
  readonly text: string;
}

/** The collaborators of a `ResizeRepair`. */
export interface ResizeRepairOptions {
  readonly area: LiveArea;
  readonly query: PositionQuery;
  readonly ruler: Ruler;
}

/**
 * Repairs what a resize spoils before the program hears of it. A terminal that wraps rows again moves the live area at
 * once. What the program writes in that moment erases rows of messages, or leaves rows of the area. Before each such
 * write the terminal is asked for its width, so that the program learns afterwards how many rows it were.
 */
export class ResizeRepair {
  readonly #area: LiveArea;
  readonly #query: PositionQuery;
  readonly #ruler: Ruler;
  readonly #printed = new PrintedRows();
  /** What was spoiled first since the program heard of a resize. */
  #spoiled: Spoiled | undefined;

  constructor({ area, query, ruler }: ResizeRepairOptions) {
    this.#area = area;
    this.#query = query;
    this.#ruler = ruler;
  }

  /** Notes texts that are printed above the area, each on rows of its own. */
  notePrinted(texts: readonly string[]): void {
    this.#printed.add(texts);
  }

  /**
   * What to write before the area is erased, and before the texts that follow are noted: questions, if a resize could
   * have moved the area. `next`: the frame that is drawn afterwards.
   */
  question(next: Frame | undefined): string {
    const { drawn, habit } = this.#area;
    if (drawn === undefined || habit === "leaves") return "";
    if (drawn.above === 0 && drawn.column.most < MIN_COLUMNS) return "";
    const printed = this.#printed.count;
    let position: Position | undefined;
    const where = this.#query.ask((answer) => {
      position = answer;
    });
    const width = this.#query.ask((answer) => {
      if (position === undefined || answer === undefined) return;
      if (answer.column === drawn.laidOutFor) {
        this.#spoiled = undefined;
        return;
      }
      this.#spoiled ??= { drawn, position, columns: answer.column, printed };
      if (next !== undefined) this.#area.measureWidth(next, answer.column);
    });
    return `${where}${LAST_COLUMN}${width}`;
  }

  /**
   * The repair after the program has heard of a resize to `columns`. `reachable`: how many rows of the screen are above
   * the area. Undefined: nothing was spoiled, or it is not certain which rows.
   */
  take(columns: number, reachable: number): Repair | undefined {
    const spoiled = this.#spoiled;
    this.#spoiled = undefined;
    if (spoiled?.columns !== columns) return undefined;
    const { drawn, position, printed } = spoiled;
    const left = this.#area.rowsAboveIn(drawn, columns, position) - Math.min(drawn.above, position.row - 1);
    const from = this.#printed.startOfLast(Math.max(0, -left), printed, columns, this.#ruler);
    const texts = from === undefined ? undefined : this.#printed.since(from);
    const height = heightOf(this.#printed.since(printed) ?? [], columns, this.#ruler);
    if (texts === undefined || height === undefined) return undefined;
    const rows = height + Math.max(0, left);
    return rows > reachable ? undefined : { rows, text: texts.map((text) => `${text}\n`).join("") };
  }
}
