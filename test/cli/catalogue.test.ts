import { glob, readFile } from "node:fs/promises";
import { expect } from "chai";
import { CATALOGUES, LANGUAGES, languageOf } from "../../src/cli/catalogue/index.ts";
import { Reason } from "../../src/gen/obrolan/v1/chat.ts";

/** An entry of the catalogue, with its path, for example `messages.goodbyes.LOGGED_OUT`. */
interface Entry {
  readonly path: string;
  readonly value: unknown;
}

/** Entries that are the same in both languages, because they are names or have no words. */
const SAME_IN_BOTH = /^messages\.(?:firstCommands|commands)\b.*\.usage$|^screen\.encrypted$/;

/** Takes the place of every value of a sentence that is not a number, a time or a text. */
const ANY_OBJECT: object = new Proxy({}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "Sample" : "Sample") });
const SAMPLES = ["Sample", 2, 1, new Date(2026, 10, 22, 12, 5), ANY_OBJECT, ["Sample"], true];

/** The texts, functions and tables of a part of the catalogue. */
function entriesOf(value: unknown, path: string): Entry[] {
  if (typeof value !== "object" || value === null) return [{ path, value }];
  return Object.entries(value).flatMap(([key, part]) => entriesOf(part, path === "" ? key : `${path}.${key}`));
}

/** What an entry says. A function gets samples until it makes a sentence of them. */
function said({ value }: Entry): string {
  if (typeof value !== "function") return String(value);
  for (const args of argumentLists(value.length)) {
    try {
      const text: unknown = value(...args);
      if (typeof text === "string" && !/undefined|null|NaN|\[object|Invalid/.test(text)) return text;
    } catch {
      // The samples are of other types than the arguments.
    }
  }
  return "undefined";
}

function argumentLists(count: number): unknown[][] {
  if (count <= 0) return [[]];
  return argumentLists(count - 1).flatMap((list) => SAMPLES.map((sample) => [...list, sample]));
}

function hasWords(text: string): boolean {
  return /\p{L}{2}/u.test(text.replaceAll("Sample", ""));
}

describe("The catalogue", () => {
  for (const language of LANGUAGES) {
    it(`every entry of ${language} makes a sentence`, () => {
      for (const entry of entriesOf(CATALOGUES[language], "")) {
        const text = said(entry);
        expect(text, entry.path).to.not.match(/undefined|null|NaN|\[object/);
        expect(text.trim(), entry.path).not.to.equal("");
      }
    });
  }

  it("no entry in Indonesian is still in English", () => {
    const english = new Map(entriesOf(CATALOGUES.en, "").map((entry) => [entry.path, said(entry)]));
    for (const entry of entriesOf(CATALOGUES.id, "")) {
      const text = said(entry);
      if (SAME_IN_BOTH.test(entry.path) || !hasWords(text)) continue;
      expect(text, entry.path).not.to.equal(english.get(entry.path));
    }
  });

  it("both languages have the same entries, except the tables that translate sentences of the server", () => {
    const paths = (language: (typeof LANGUAGES)[number]) =>
      entriesOf(CATALOGUES[language], "")
        .map(({ path }) => path)
        .filter((path) => !/^messages\.(?:reasons|commands)\./.test(path));
    expect(paths("id")).to.deep.equal(paths("en"));
  });

  it("every function of Indonesian uses each value that the English one uses", () => {
    const english = new Map(entriesOf(CATALOGUES.en, "").map(({ path, value }) => [path, value]));
    for (const { path, value } of entriesOf(CATALOGUES.id, "")) {
      const other = english.get(path);
      if (typeof value === "function" && typeof other === "function") expect(value.length, path).to.equal(other.length);
    }
  });

  it("every entry is used by the program", async () => {
    const files: string[] = [];
    for await (const file of glob("src/cli/**/*.ts")) {
      if (!file.startsWith("src/cli/catalogue/")) files.push(await readFile(file, "utf8"));
    }
    const source = files.join("\n");
    for (const [section, entries] of Object.entries(CATALOGUES.en)) {
      for (const key of Object.keys(entries)) {
        expect(new RegExp(`[.{,"]\\s*${key}\\b`).test(source), `${section}.${key} is used nowhere`).to.equal(true);
      }
    }
  });

  it("Indonesian has a sentence for every reason of the contract", () => {
    const { reasons, goodbyes } = CATALOGUES.id.messages;
    for (const name of Object.keys(Reason)) {
      const reason = name.replace("REASON_", "");
      if (["UNSPECIFIED", "UNRECOGNIZED"].includes(reason)) continue;
      expect(Object.hasOwn(reasons, reason) || Object.hasOwn(goodbyes, reason), reason).to.equal(true);
    }
  });

  it("the language is that of the environment: LC_ALL before LC_MESSAGES before LANG, else English", () => {
    expect(languageOf({ LANG: "id_ID.UTF-8" })).to.equal("id");
    expect(languageOf({ LANG: "id" })).to.equal("id");
    expect(languageOf({ LC_MESSAGES: "en_GB.UTF-8", LANG: "id_ID.UTF-8" })).to.equal("en");
    expect(languageOf({ LC_ALL: "", LC_MESSAGES: "id_ID", LANG: "en_US" })).to.equal("id");
    expect(languageOf({ LC_ALL: "C", LANG: "id_ID" })).to.equal("en");
    for (const LANG of ["", "C", "POSIX", "idx", "de_DE"]) expect(languageOf({ LANG }), LANG).to.equal("en");
    expect(languageOf({})).to.equal("en");
  });
});
