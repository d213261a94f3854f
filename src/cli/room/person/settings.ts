import type { Catalogue } from "../../catalogue/index.ts";
import { BELL_MODES, PRESENCE_MODES, type Preferences } from "../../session/preferences.ts";
import { note, type OwnCommand, type PersonContext } from "./ownCommand.ts";

const ON_OFF = ["on", "off"] as const;

/** A command that changes a preference, and that alone says how it is set. */
interface SettingOptions<Value extends string> {
  readonly word: OwnCommand["word"];
  readonly values: readonly Value[];
  readonly change: (value: Value) => Partial<Preferences>;
  readonly describe: (preferences: Preferences, words: Catalogue["room"]) => string;
}

/** `say`: whether a line that is no command goes to everyone. */
export const say = setting({
  word: "say",
  values: ON_OFF,
  change: (value) => ({ says: value === "on" }),
  describe: ({ says }, words) => (says ? words.says.on : words.says.off),
});

/** `presence`: which joins and leaves are shown. */
export const presence = setting({
  word: "presence",
  values: PRESENCE_MODES,
  change: (value) => ({ presence: value }),
  describe: ({ presence }, words) => words.presence[presence],
});

/** `bell`: for which messages the bell rings. */
export const bell = setting({
  word: "bell",
  values: BELL_MODES,
  change: (value) => ({ bell: value }),
  describe: ({ bell }, words) => words.bell[bell],
});

/** `notices`: whether the desktop shows these messages. */
export const notices = setting({
  word: "notices",
  values: ON_OFF,
  change: (value) => ({ notices: value === "on" }),
  describe: ({ notices }, words) => (notices ? words.notices.on : words.notices.off),
});

function setting<Value extends string>({ word, values, change, describe }: SettingOptions<Value>): OwnCommand {
  return {
    word,
    usage: `${word} ${values.join("|")}`,
    values,
    run(context, rest) {
      const typed = rest.trim().toLowerCase();
      const value = values.find((value) => value === typed);
      if (value === undefined && typed !== "") return undefined;
      return answer(context, value && change(value), describe);
    },
  };
}

async function answer(
  { preferences, words }: PersonContext,
  changed: Partial<Preferences> | undefined,
  describe: SettingOptions<string>["describe"],
) {
  try {
    if (changed !== undefined) await preferences.write(changed);
    return note(describe(preferences.read(), words));
  } catch (error) {
    return note(words.notKept(describe(preferences.read(), words), (error as Error).message));
  }
}
