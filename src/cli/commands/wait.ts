import type { ClientConfig } from "../config.ts";
import { Exit } from "../exit.ts";
import { exitOfClosed, FIRST_CONNECT_MS, leaveAtOnce } from "../room/stay.ts";
import type { Stdio } from "../terminal/output.ts";
import { asNew } from "./script/asNew.ts";
import { inSession, type ScriptContext } from "./script/inSession.ts";
import { Matcher } from "./script/matcher.ts";
import { startSince } from "./script/startSince.ts";
import { readSince, readWaitMs, type Since } from "./script/values.ts";

/** What `obrolan wait` waits for.Values are as they were typed. */
export interface WaitOptions {
  /** A regular expression that occurs in the text of the message. */
  readonly for: string;
  /** How long to wait at most: a duration (30s, 10m, 2h). Default: without end. */
  readonly timeout?: string;
  /** Only a message that this user sent. Default: of any user. */
  readonly from?: string;
  /** Also an earlier message, as in `TailOptions`. Default: only a message that comes from now on. */
  readonly since?: string;
}

interface Wanted {
  readonly matcher: Matcher;
  readonly from: string | undefined;
  readonly since: Since | undefined;
  readonly timeoutMs: number | undefined;
}

/** Waits for a message, and prints it. Resolves with the exit code. */
export async function runWait(config: ClientConfig, options: WaitOptions, stdio: Stdio): Promise<Exit> {
  const { since, timeout } = options;
  const wanted = {
    matcher: new Matcher("--for", options.for),
    from: options.from?.toLowerCase(),
    since: since === undefined ? undefined : readSince("--since", since),
    timeoutMs: timeout === undefined ? undefined : readWaitMs("--timeout", timeout),
  };
  return inSession({ config, stdio, run: (context) => waitFor(context, wanted) });
}

async function waitFor(
  { client, session: { token }, show, interrupted }: ScriptContext,
  wanted: Wanted,
): Promise<Exit> {
  const { matcher, from, since, timeoutMs } = wanted;
  const timeOver = timeoutMs === undefined ? new AbortController().signal : AbortSignal.timeout(timeoutMs);
  const start = await startSince(client, token, since, interrupted);
  const room = client.enter({ token, ...start, firstConnectMs: FIRST_CONNECT_MS });
  const ended = AbortSignal.any([interrupted, timeOver]);
  ended.addEventListener("abort", () => leaveAtOnce(room));
  if (ended.aborted) leaveAtOnce(room);
  let hasConnected = false;
  for await (const event of asNew(room)) {
    hasConnected ||= event.kind === "connected";
    if (event.kind === "message" && (from ?? event.sender) === event.sender && matcher.matches(event.text)) {
      await show(event);
      leaveAtOnce(room);
      await room.closed;
      return Exit.FINE;
    }
    if (event.kind !== "closed") continue;
    if (timeOver.aborted && !hasConnected) {
      await show({ kind: "error", message: "No Obrolan server answered in time.", exitCode: Exit.UNREACHED });
      return Exit.UNREACHED;
    }
    if (timeOver.aborted) {
      await show({ kind: "error", message: "No such message came in time.", exitCode: Exit.TIMED_OUT });
      return Exit.TIMED_OUT;
    }
    await show(event);
    return exitOfClosed(event.why);
  }
  return Exit.FINE;
}
