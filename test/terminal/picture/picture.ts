import headless from "@xterm/headless";
import { COLUMNS, playSession, ROWS } from "./session.ts";
import { toSvg } from "./svg.ts";

const TITLE = "Two people talk in a terminal: public and private messages, a reply, an edit, and a line being typed";

/** Draws the picture of a session that is played now. */
export async function drawPicture(): Promise<string> {
  const terminal = new headless.Terminal({ cols: COLUMNS, rows: ROWS, convertEol: true, allowProposedApi: true });
  const raw = await playSession();
  await new Promise<void>((resolve) => terminal.write(raw, resolve));
  return toSvg(terminal, TITLE);
}

/** The picture without what differs between two sessions: times and ports. */
export function comparable(svg: string): string {
  return svg.replace(/\d\d:\d\d/g, "hh:mm").replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:50051");
}
