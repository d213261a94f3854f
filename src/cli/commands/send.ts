import type { ClientConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import type { Stdio } from "../terminal/output.ts";

/** What `obrolan send` sends, and to whom. Values are as they were typed. */
export interface SendOptions {
  /** The user to send to, alone. Default: everyone. */
  readonly to?: string;
  /** Default, and for "-": standard input, whole, as one message. */
  readonly text?: string;
  /** Send to a user who is not online, too: the message waits. Default: false. */
  readonly evenIfOffline?: boolean;
}

/** Sends one message. Resolves with the exit code. */
export async function runSend(_config: ClientConfig, _options: SendOptions, _stdio: Stdio): Promise<Exit> {
  throw new Error("obrolan send is not written yet");
}
