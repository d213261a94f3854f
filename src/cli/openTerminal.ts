import { CATALOGUES, type Catalogue } from "./catalogue/index.ts";
import { Screen, type ScreenOptions } from "./screen/screen.ts";
import type { Stdio } from "./terminal/output.ts";
import { Pipe } from "./terminal/pipe.ts";
import type { PlainFormat } from "./terminal/printer.ts";
import { standardInput } from "./terminal/standardInput.ts";
import type { Terminal } from "./terminal/terminal.ts";
import { sanitizeLine } from "./text/sanitize.ts";

/** How the terminal shows items. */
export interface TerminalSettings extends Pick<ScreenOptions, "catalogue" | "history" | "remember"> {
  /** As lines of JSON. */
  readonly json: boolean;
  /** As plain lines, also for a person. No cursor is moved. */
  readonly plain: boolean;
}

/** A `Screen` for a person at a terminal that can move its cursor; a `Pipe` for everything else. */
export async function openTerminal(settings: TerminalSettings, { stdout, stderr }: Stdio): Promise<Terminal> {
  const { stdin: input, stdout: tty } = process;
  const { json, plain, ...screenOptions } = settings;
  if (!json && !plain && input.isTTY && tty.isTTY && process.env.TERM !== "dumb") {
    return new Screen({ input, tty, output: stdout, ...screenOptions });
  }
  // Imported here, because it needs the client library: the first screen of a person is shown before that is loaded.
  const { formatFor } = await import("./terminal/printer.ts");
  const format = formatFor(json);
  const isPerson = input.isTTY && !json;
  return new Pipe({
    input: standardInput(),
    stdout,
    stderr,
    format: isPerson ? withFirstScreen(format, settings.catalogue ?? CATALOGUES.en) : format,
  });
}

/** Plain lines for a person: they begin with what can be typed, which a script knows. */
function withFirstScreen(format: PlainFormat, { session }: Catalogue): PlainFormat {
  return (item) =>
    item.kind === "start"
      ? { text: `Obrolan, ${sanitizeLine(item.server)}\n${session.help}`, isStderr: true }
      : format(item);
}
