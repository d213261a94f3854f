import { appendFileSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { openSqliteStore } from "../../src/server/engines/sqlite/index.ts";
import { contentOf } from "../../src/server/log/ports/logStore.ts";
import { draft, enlist, idsAfter, range } from "../support/storeFixture.ts";

/*
 * A process that runs on a small disk of its own. It fills the disk, appends until an append fails, frees some space
 * and appends again. It prints the outcomes as JSON.
 */
const [folder = ""] = process.argv.slice(2);
const ballast = path.join(folder, "ballast");
const store = await openSqliteStore({ folder: path.join(folder, "data") });
const ana = await enlist(store, "ana");

let said = 0;
/** Appends a batch of about 40 KB; resolves with its ids, or with the name of the error. */
async function append(): Promise<(number | string)[]> {
  const batch = range(1, 10).map(() => draft(ana, "x".repeat(4_000), { requestId: `r${++said}` }));
  try {
    return (await store.log.append(batch)).map((outcome) =>
      outcome.kind === "appended" ? outcome.entry.id : outcome.kind,
    );
  } catch (error) {
    return [(error as Error).name];
  }
}

const before = await append();
try {
  for (;;) appendFileSync(ballast, Buffer.alloc(16_384));
} catch {
  // The disk is full.
}
const accepted: (number | string)[] = [...before];
let refused: (number | string)[] = [];
while (refused.length === 0) {
  const outcome = await append();
  if (typeof outcome[0] === "number") accepted.push(...outcome);
  else refused = outcome;
}
const again = await append();
const whileFull = { state: await store.log.state(), ids: await idsAfter(store.log, 0) };
const lost = await store.log.find(ana.accountId, `r${said}`, contentOf(draft(ana, "")));
const account = await store.accounts.create("bob", "x".repeat(60_000), 0).catch((error) => (error as Error).name);
rmSync(ballast);
const after = await append();
await store.close();
const opened = await openSqliteStore({ folder: path.join(folder, "data") });
const reopened = await idsAfter(opened.log, 0);
await opened.close();
const files = readdirSync(path.join(folder, "data")).map((name) => [
  name,
  statSync(path.join(folder, "data", name)).size,
]);

process.stdout.write(
  JSON.stringify({ accepted, refused, again, whileFull, lost: lost ?? null, account, after, reopened, files }),
);
