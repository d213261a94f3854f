import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Closed, Outcome, Room } from "../../client/index.ts";
import { ConfigError } from "../../config/index.ts";
import { CATALOGUES, languageOf } from "../catalogue/index.ts";
import type { ClientConfig } from "../config.ts";
import { Exit } from "../exit.ts";
import { exitOfClosed, FIRST_CONNECT_MS, leaveAtOnce } from "../room/stay.ts";
import type { Stdio } from "../terminal/output.ts";
import { standardInput } from "../terminal/standardInput.ts";
import { readWholeText } from "../terminal/wholeInput.ts";
import { inSession, type ScriptContext } from "./script/inSession.ts";

/** What `obrolan send` sends, and to whom.Values are as they were typed. */
export interface SendOptions {
  /** The user to send to, alone. Default: everyone. */
  readonly to?: string;
  /** Default, and for "-": standard input, whole, as one message. */
  readonly text?: string;
  /** Send to a user who is not online, too: the message waits. Default: false. */
  readonly evenIfOffline?: boolean;
}

/** How long a message may take, with the waits of the rate limit and with reconnects. A cron job must not hang. */
const TIMEOUT_MS = 60_000;

/** Sends one message. Resolves with the exit code. */
export async function runSend(config: ClientConfig, options: SendOptions, stdio: Stdio): Promise<Exit> {
  const { to, text = "-", evenIfOffline = false } = options;
  if (evenIfOffline && to === undefined) throw new ConfigError(["--even-if-offline needs a user: --to NAME."]);
  if (text.includes("\ufffd")) throw new ConfigError([NOT_UTF8]);
  return inSession({
    config,
    stdio,
    async run(context) {
      const { interrupted } = context;
      // A read of standard input cannot be aborted. The signal ends the process, and the read with it.
      const whole = text === "-" ? await Promise.race([readText(config, stdio), aborted(interrupted)]) : text;
      if (whole === undefined) return Exit.FINE;
      return sendWithin(context, (room, requestId) =>
        to === undefined ? room.sendAll(whole, { requestId }) : room.sendTo(to, whole, { requestId, evenIfOffline }),
      );
    },
  });
}

/** Reads the text from standard input. Tells a person at a terminal what to do. */
async function readText({ language = languageOf(process.env) }: ClientConfig, { stderr }: Stdio): Promise<string> {
  const input = standardInput();
  if (input.isTTY) await stderr.write(`${CATALOGUES[language].scripts.typeText}\n`);
  return readWholeText(input);
}

/** Resolves when the signal is aborted. */
async function aborted(signal: AbortSignal): Promise<undefined> {
  if (!signal.aborted) await once(signal, "abort");
}

/** Node.js replaces bytes of the command line that are not UTF-8 by U+FFFD. */
const NOT_UTF8 = [
  "The text is not UTF-8, or has U+FFFD, which stands for a character that was lost. Nothing was sent.",
  "Give a text with U+FFFD on standard input: obrolan send < FILE.",
].join(" ");

/** Enters the room, sends, and leaves. */
async function sendWithin(
  { client, session: { token }, show, interrupted }: ScriptContext,
  send: (room: Room, requestId: string) => Promise<Outcome>,
): Promise<Exit> {
  const timeOver = AbortSignal.timeout(TIMEOUT_MS);
  const signal = AbortSignal.any([interrupted, timeOver]);
  const room = client.enter({ token, firstConnectMs: FIRST_CONNECT_MS, signal });
  const closed = takeEvents(room);
  const outcome = await sendUntilFinal(room, send, signal).finally(() => leaveAtOnce(room));
  const why = await closed;
  if (outcome.kind !== "unanswered") {
    await show(outcome);
    return outcome.kind === "accepted" ? Exit.FINE : Exit.REFUSED;
  }
  if (timeOver.aborted) {
    const message = `No answer came within ${TIMEOUT_MS / 1_000} s: the message may have been sent, or not.`;
    await show({ kind: "error", message, exitCode: Exit.UNREACHED });
    return Exit.UNREACHED;
  }
  await show({ kind: "closed", why });
  return exitOfClosed(why);
}

/** Takes the room's events, without which it would get no answers. Resolves with the reason when it is closed. */
async function takeEvents(room: Room): Promise<Closed> {
  for await (const _ of room);
  return room.closed;
}

/** Sends, and sends again after each refusal that is only for now, for example by the rate limit. */
async function sendUntilFinal(
  room: Room,
  send: (room: Room, requestId: string) => Promise<Outcome>,
  signal: AbortSignal,
): Promise<Outcome> {
  const requestId = randomUUID();
  for (;;) {
    const outcome = await send(room, requestId);
    if (outcome.kind !== "rejected" || outcome.retryAfterMs === undefined || signal.aborted) return outcome;
    await sleep(outcome.retryAfterMs, undefined, { signal }).catch(() => undefined);
    if (room.state.kind === "closed") return outcome;
  }
}
