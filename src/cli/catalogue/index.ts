import { commandLine } from "./en/commandLine.ts";
import { common } from "./en/common.ts";
import { editor } from "./en/editor.ts";
import { messages } from "./en/messages.ts";
import { room } from "./en/room.ts";
import { screen } from "./en/screen.ts";
import { scripts } from "./en/scripts.ts";
import { session } from "./en/session.ts";
import { commandLine as commandLineId } from "./id/commandLine.ts";
import { common as commonId } from "./id/common.ts";
import { editor as editorId } from "./id/editor.ts";
import { messages as messagesId } from "./id/messages.ts";
import { room as roomId } from "./id/room.ts";
import { screen as screenId } from "./id/screen.ts";
import { scripts as scriptsId } from "./id/scripts.ts";
import { session as sessionId } from "./id/session.ts";

/** The languages of the program. */
export const LANGUAGES = ["en", "id"] as const;

/** A language of the program. */
export type Language = (typeof LANGUAGES)[number];

const en = {
  commandLine,
  common,
  editor,
  messages,
  room,
  screen,
  scripts,
  session,
};

/** Everything that the program says to a person, by the part of the program that says it. */
export type Catalogue = typeof en;

const id: Catalogue = {
  commandLine: commandLineId,
  common: commonId,
  editor: editorId,
  messages: messagesId,
  room: roomId,
  screen: screenId,
  scripts: scriptsId,
  session: sessionId,
};

/** The catalogue of a language. */
export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en, id };

/** The language of an environment: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set decides. Default: English. */
export function languageOf({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): Language {
  return /^id(?:[_.@-]|$)/i.test(LC_ALL || LC_MESSAGES || LANG || "") ? "id" : "en";
}
