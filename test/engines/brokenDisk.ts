import { openSqliteStore } from "../../src/server/engines/sqlite/index.ts";
import { contentOf } from "../../src/server/log/ports/logStore.ts";
import { draft, enlist, idsAfter, range } from "../support/storeFixture.ts";

/*
 * A process that runs on a disk with a faulty part. It appends `count` messages of `length` bytes, one after the other.
 * Then it appends the first one that failed again, with a short text. It prints the outcomes as JSON.
 */
const [folder = "", count = "", length = ""] = process.argv.slice(2);
let threads = 0;
process.on("worker", () => {
  threads += 1;
});
const store = await openSqliteStore({ folder });
const ana = await enlist(store, "ana");

async function append(requestId: string, text: string): Promise<number | string> {
  try {
    const [outcome] = await store.log.append([draft(ana, text, { requestId })]);
    return outcome?.kind === "appended" ? outcome.entry.id : "not appended";
  } catch (error) {
    return (error as Error).name;
  }
}

const outcomes: (number | string)[] = [];
for (const i of range(1, Number(count))) outcomes.push(await append(`r${i}`, "x".repeat(Number(length))));
const lost = outcomes.findIndex((outcome) => typeof outcome === "string") + 1;
const known = (await store.log.find(ana.accountId, `r${lost}`, contentOf(draft(ana, "")))) ?? null;
const again = await append(`r${lost}`, "in few bytes");
const ids = await idsAfter(store.log, 0);
await store.close();
process.stdout.write(JSON.stringify({ outcomes, known, again, ids, threads }));
