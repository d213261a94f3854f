import type { Notice, Status } from "../terminal/status.ts";
import { sanitizeLine } from "../text/sanitize.ts";

/** A part of the status row. */
export interface StatusPart {
  readonly text: string;
  /** The part with the highest rank is left out first if there is too little space. */
  readonly rank: number;
  /** Whether the part is painted like an error. */
  readonly isAlarm: boolean;
}

/** The words of the status row and of the title. */
export interface StatusWords {
  readonly connecting: string;
  /** `duration`: hours, minutes and seconds, for example `0:42`. */
  readonly away: (duration: string) => string;
  readonly encrypted: string;
  readonly unencrypted: string;
  readonly here: (count: number) => string;
  readonly unread: (count: number) => string;
  readonly sayMode: string;
}

/** The parts of the status row at the time `nowMs` of `performance.now()`, in the order in which they are shown. */
export function statusParts(status: Status, words: StatusWords, nowMs: number): StatusPart[] {
  const { connection, unread, username, server, isEncrypted, here, isSayMode } = status;
  const parts: StatusPart[] = [];
  const add = (rank: number, text: string, isAlarm = false) => parts.push({ text: sanitizeLine(text), rank, isAlarm });
  if (connection.kind === "away") add(0, words.away(duration(nowMs - connection.sinceMs)), true);
  if (connection.kind === "connecting") add(0, words.connecting);
  if (unread > 0) add(1, words.unread(unread));
  if (username !== "") add(3, username);
  add(4, server);
  add(5, isEncrypted ? words.encrypted : words.unencrypted);
  if (here !== undefined) add(6, words.here(here));
  if (isSayMode) add(2, words.sayMode);
  return parts;
}

/** Saves the title of the window, and restores it. */
export const SAVE_TITLE = "\u001b[22;2t";
export const RESTORE_TITLE = "\u001b[23;2t";

/** Whether a terminal has a title and shows notices. The Linux console would print parts of their sequences. */
export function hasWindow(env: NodeJS.ProcessEnv): boolean {
  return !/^(?:$|dumb|linux|vt\d)/.test(env.TERM ?? "");
}

/** The sequence that sets the title of the window. */
export function titleOf({ server, unread }: Status): string {
  const name = `Obrolan · ${cleanTitle(server)}`;
  return osc(`2;${unread > 0 ? `(${unread}) ${name}` : name}`);
}

/** The sequences that draw attention: the bell, and a notice of the desktop in the form that the terminal knows. */
export function noticeOf({ title, body, bell, desktop }: Notice, env: NodeJS.ProcessEnv): string {
  if (!hasWindow(env)) return bell ? "\u0007" : "";
  const [name, text] = [cleanTitle(title), cleanTitle(body)];
  // A terminal that knows both forms would show the notice twice.
  const forms = desktop ? [osc(`9;${name}: ${text}`), osc(`777;notify;${name.replaceAll(";", ",")};${text}`)] : [];
  return (bell ? "\u0007" : "") + forms.filter((_, index) => knowsNotice(index, env)).join("");
}

/** Whether a terminal knows OSC 9 (`form` 0) or OSC 777 (1). One that is not known gets both. */
function knowsNotice(form: number, { TERM = "", TERM_PROGRAM = "", VTE_VERSION }: NodeJS.ProcessEnv): boolean {
  if (/^(?:iTerm\.app|WezTerm|ghostty|WarpTerminal)$/i.test(TERM_PROGRAM) || TERM === "xterm-kitty") return form === 0;
  if (VTE_VERSION !== undefined || /^(?:rxvt|foot)/.test(TERM)) return form === 1;
  return true;
}

/** The most characters of a title or notice. */
const MAX_TITLE_CHARACTERS = 200;

/** Text from elsewhere must not end the sequence. */
function cleanTitle(text: string): string {
  return sanitizeLine(text).slice(0, MAX_TITLE_CHARACTERS).toWellFormed();
}

function osc(text: string): string {
  return `\u001b]${text}\u001b\\`;
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (number: number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
