import { openSqliteStore } from "../../src/server/engines/sqlite/index.ts";
import { draft, enlist, idsAfter, range } from "../support/storeFixture.ts";

/*
 * A test runs this as a process of its own, on a disk that fails at some point. It appends `count` messages of
 * `length` bytes one by one, and then the first failed one again with a short text. It prints the outcomes as JSON.
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
    return outcome?.kind === "accepted" ? outcome.id : "not accepted";
  } catch (error) {
    return (error as Error).name;
  }
}

const outcomes: (number | string)[] = [];
for (const i of range(1, Number(count))) outcomes.push(await append(`r${i}`, "x".repeat(Number(length))));
const lost = outcomes.findIndex((outcome) => typeof outcome === "string") + 1;
const known = (await store.log.find(ana.accountId, `r${lost}`)) ?? null;
const again = await append(`r${lost}`, "in few bytes");
const ids = await idsAfter(store.log, 0);
await store.close();
process.stdout.write(JSON.stringify({ outcomes, known, again, ids, threads }));
