import { Exit } from "../exit.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { attempt } from "./attempt.ts";
import type { Context } from "./command.ts";
import { isLogout } from "./logout.ts";

/**
 * Runs the lines that a person types. A line does not wait for the answer to the line before. Resolves when the person
 * leaves.
 */
export async function followPerson(context: Context, terminal: Terminal): Promise<Exit> {
  const { room } = context;
  for (let line = await terminal.line(); line !== undefined; line = await terminal.line()) {
    if (line.trim() === "") continue;
    const pendingBefore = room.pending;
    const done = attempt(context, line);
    if (isLogout(line)) {
      const { item, code } = await done;
      await terminal.show(item);
      return code;
    }
    if (isOffline(context) && room.pending > pendingBefore) await terminal.show({ kind: "held", line });
    void done.then(({ item }) => terminal.show(item));
  }
  if (terminal.interrupted.aborted) return Exit.FINE;
  if (isOffline(context) && room.pending === 0) room.abort();
  else if (isOffline(context)) await terminal.show({ kind: "leaving", pending: room.pending });
  void room.close();
  return Exit.FINE;
}

function isOffline({ room }: Context): boolean {
  return room.state.kind === "waiting" || room.state.kind === "connecting";
}
