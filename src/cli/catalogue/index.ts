import { commandLine } from "./en/commandLine.ts";
import { common } from "./en/common.ts";
import { room } from "./en/room.ts";
import { scripts } from "./en/scripts.ts";
import { session } from "./en/session.ts";
import { commandLine as commandLineId } from "./id/commandLine.ts";
import { common as commonId } from "./id/common.ts";
import { room as roomId } from "./id/room.ts";
import { scripts as scriptsId } from "./id/scripts.ts";
import { session as sessionId } from "./id/session.ts";

/** The languages of the program. */
export const LANGUAGES = ["en", "id"] as const;

/** A language of the program. */
export type Language = (typeof LANGUAGES)[number];

const en = { common, commandLine, room, scripts, session };

/** Everything that the program says to a person, by the part of the program that says it. */
export type Catalogue = typeof en;

const id: Catalogue = {
  common: commonId,
  commandLine: commandLineId,
  room: roomId,
  scripts: scriptsId,
  session: sessionId,
};

/** The catalogue of a language. */
export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en, id };

/** The language of an environment: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set decides. Default: English. */
export function languageOf({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): Language {
  return /^id(?:[_.@-]|$)/i.test(LC_ALL || LC_MESSAGES || LANG || "") ? "id" : "en";
}
