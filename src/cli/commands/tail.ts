import type { RoomEvent } from "../../client/index.ts";
import type { ClientConfig } from "../config.ts";
import { Exit } from "../exit.ts";
import { exitOfClosed, FIRST_CONNECT_MS, leaveAtOnce } from "../room/stay.ts";
import type { Stdio } from "../terminal/output.ts";
import { asNew } from "./script/asNew.ts";
import { inSession, type ScriptContext } from "./script/inSession.ts";
import { startSince } from "./script/startSince.ts";
import { readSince, type Since } from "./script/values.ts";

const OTHER_LOG = "the server's log does not have the message of --since: all of the log follows";

/** Where `obrolan tail` begins.Values are as they were typed. */
export interface TailOptions {
  /**
   * The id of the last message that is not wanted; or a duration (10m, 2h, 3d); or an ISO time. Default: it prints only
   * what comes from now on.
   */
  readonly since?: string;
}

/** Prints messages as they come, until a signal, or until nobody reads them. Resolves with the exit code. */
export async function runTail(config: ClientConfig, options: TailOptions, stdio: Stdio): Promise<Exit> {
  const since = options.since === undefined ? undefined : readSince("--since", options.since);
  return inSession({
    config,
    stdio,
    endsBySignal: true,
    run: (context) => follow(context, since, config.json, stdio),
  });
}

async function follow(
  { client, session: { token }, show, interrupted }: ScriptContext,
  since: Since | undefined,
  json: boolean,
  { stdout }: Stdio,
): Promise<Exit> {
  const ended = AbortSignal.any([interrupted, stdout.readerGone]);
  const start = await untilAborted(startSince(client, token, since, ended), ended);
  if (start === undefined) return Exit.FINE;
  const room = client.enter({ token, ...start, firstConnectMs: FIRST_CONNECT_MS });
  ended.addEventListener("abort", () => leaveAtOnce(room));
  if (ended.aborted) leaveAtOnce(room);
  for await (const event of asNew(room)) {
    if (json || !isAside(event)) await show(event);
    if (!json && event.kind === "gap" && !event.missed) await show({ kind: "note", text: OTHER_LOG });
    // A disk that is full, for example. The program reports it.
    if (stdout.hasFailed) leaveAtOnce(room);
    if (event.kind === "closed") return exitOfClosed(event.why);
  }
  return Exit.FINE;
}

/** The value; undefined if the signal was aborted before it came. */
async function untilAborted<T>(value: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await value;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Whether an event is not about messages. Who comes and goes is of no use to a reader of lines. */
function isAside({ kind }: RoomEvent): boolean {
  return kind === "presence" || kind === "read";
}
