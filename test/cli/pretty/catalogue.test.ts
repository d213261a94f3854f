import { expect } from "chai";
import { CATALOGUES } from "../../../src/cli/catalogue/index.ts";
import type { Item } from "../../../src/cli/terminal/item.ts";
import { FIRST_COMMANDS } from "../../../src/cli/terminal/item.ts";
import { Pretty } from "../../../src/cli/terminal/pretty.ts";
import { makeStyle } from "../../../src/cli/terminal/style.ts";
import { ChatError, Status } from "../../../src/client/index.ts";
import { connected, deleted, edited, found, lost, message, noon, page } from "../../support/items.ts";

const { messages } = CATALOGUES.id;

/** The sign that stands for an entry of the catalogue. */
function signOf(path: string): string {
  return `<${path}>`;
}

/** A part of the catalogue with a sign in place of every text; a function adds its values. */
function signed<T>(part: T, path: string): T {
  // A usage keeps its first word, by which a command is found.
  if (typeof part === "string" && path.endsWith(".usage")) return `${part.split(" ")[0]} ${signOf(path)}` as T;
  if (typeof part === "string") return signOf(path) as T;
  if (typeof part === "function")
    return ((...values: unknown[]) =>
      `${signOf(path)}${values.filter((value) => typeof value === "string").join("|")}`) as T;
  if (Array.isArray(part)) return part.map((value, index) => signed(value, `${path}.${index}`)) as T;
  return Object.fromEntries(
    Object.entries(part as object).map(([key, value]) => [key, signed(value, path === "" ? key : `${path}.${key}`)]),
  ) as T;
}

function signsIn(part: unknown, path: string): string[] {
  if (typeof part !== "object" || part === null) return [signOf(path)];
  return Object.entries(part).flatMap(([key, value]) => signsIn(value, path === "" ? key : `${path}.${key}`));
}

const yesterday = new Date(2026, 10, 21, 9, 0);
const closedBy = (reason: string): Item => ({ kind: "closed", why: { kind: "dismissed", reason } });
const presence = (joined: string[], left: string[], reset = false): Item => ({ kind: "presence", joined, left, reset });
const many = Array.from({ length: 9 }, (_, index) => `p${index}`);

/** Items that together have every entry. */
const ITEMS: readonly Item[] = [
  { kind: "start", server: "a:1" },
  { kind: "signedIn", username: "ani", created: true },
  { kind: "signedIn", username: "ani", created: false },
  { kind: "signedIn", username: "ani", created: false, kept: true },
  { kind: "loggedOut", username: "ani" },
  message({ sentAt: yesterday }),
  message({ editedAt: noon, text: "\n".repeat(30) }),
  edited(7n, "new"),
  edited(99n, "new"),
  deleted(99n),
  deleted(7n, ""),
  page([]),
  page(["one"], true),
  page(["one"]),
  found("x", []),
  found("x", [], { continued: true }),
  found("x", ["one"], { mayHaveOlder: true }),
  found("x", ["one"]),
  { kind: "unreadBegins" },
  { kind: "earlierExist" },
  presence(many, ["budi"], true),
  { kind: "list", users: [{ username: "budi", onlineSince: noon }], total: 2 },
  ...Object.keys(messages.commands).map((name): Item => {
    return { kind: "help", requestId: "r", unknownCommand: "", commands: [{ name, usage: name, summary: "" }] };
  }),
  {
    kind: "help",
    requestId: "r",
    unknownCommand: "sendal",
    commands: [{ name: "sendall", usage: "sendall", summary: "" }],
  },
  ...Object.keys(messages.reasons).map((reason): Item => {
    return { kind: "rejected", requestId: "r", reason, message: "", retryAfterMs: 2_000 };
  }),
  { kind: "error", message: "", usage: FIRST_COMMANDS },
  { kind: "unanswered", requestId: "r" },
  { kind: "held", line: "sendall x" },
  { kind: "leaving", pending: 1 },
  lost(1, 2_000),
  { kind: "caughtUp", id: 1n, again: true },
  { kind: "gap", oldestId: 1n, missed: true },
  { kind: "caughtUp", id: 1n, again: true },
  connected(true),
  { kind: "closed", why: { kind: "left" } },
  { kind: "closed", why: { kind: "unreached", cause: new ChatError(Status.UNAVAILABLE, "no server") } },
  ...Object.keys(messages.goodbyes).map(closedBy),
  closedBy("SOMETHING_NEW"),
];

describe("The section messages of the catalogue", () => {
  it("every entry is shown for some item, and nothing of the program is shown that is not in the catalogue", () => {
    const words = { ...CATALOGUES.id, messages: signed(messages, "") };
    const formatter = new Pretty({ style: makeStyle(0), words, now: noon });
    const shown = ITEMS.map((item) => formatter.format(item, 1_000)).join("\n");
    for (const sign of signsIn(messages, "")) expect(shown.includes(sign), sign).to.equal(true);
    const others = shown.replace(/<[\w.]+>/g, "").match(/\p{L}{3,}/gu);
    const commands = [...FIRST_COMMANDS.map(({ usage }) => usage.split(" ")[0]), ...Object.keys(messages.commands)];
    const values = ["Obrolan", "ani", "budi", "new", "one", "sendal", "SOMETHING", "NEW", "you", "server"];
    for (const word of others ?? []) expect([...commands, ...values, "hello"]).to.include(word);
  });
});
