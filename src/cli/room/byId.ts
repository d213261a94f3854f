import type { Command } from "./command.ts";

/** `reply ID TEXT`, `edit ID TEXT` and `delete ID`, which the server parses. An id may have the `#` that it is shown with. */
export const byId: readonly Command[] = (["reply", "edit", "delete"] as const).map((word) => ({
  word,
  run: ({ room }, rest, options) => room.typed(`${word} ${rest.replace(/^#(?=\d)/, "")}`, options),
}));
