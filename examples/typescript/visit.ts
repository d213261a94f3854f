// Enters the room, prints the messages since its last visit, sends one and leaves. docs/client.md explains each step.
//
//   PASSWORD=… node examples/typescript/visit.ts HOST:PORT NAME TEXT CURSOR_FILE [CA_FILE]
//
// To this machine it connects without TLS; elsewhere it trusts the certificates of Node.js, or those in CA_FILE (PEM).
import { readFile, rename, writeFile } from "node:fs/promises";
import { ChatError, type Cursor, connect, type Room } from "../../src/client/index.ts"; // or "obrolan/client"

const [address, username, text, cursorFile, caFile] = process.argv.slice(2);
const password = process.env.PASSWORD;
if (!address || !username || !text || !cursorFile || !password) {
  console.error("Usage: PASSWORD=… node visit.ts HOST:PORT NAME TEXT CURSOR_FILE [CA_FILE]");
  process.exit(2);
}

const client = connect({ address, ...(caFile ? { ca: await readFile(caFile) } : {}) });
try {
  const { token } = await client.login(username, password);
  await visit(token, text, cursorFile);
  await client.logout(token);
} catch (error) {
  if (!(error instanceof ChatError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  client.close();
}

async function visit(token: string, text: string, cursorFile: string): Promise<void> {
  const saved = await readCursor(cursorFile);
  const room = client.enter({
    token,
    // Everything since the last visit. On the first visit, or if the server was restored from a backup: the last 20.
    resumeAfter: saved?.id,
    logId: saved?.logId,
    recent: 20,
    firstConnectMs: 10_000,
  });
  for await (const event of room) {
    if (event.kind === "message") console.log(`${event.sender}: ${JSON.stringify(event.text)}`);
    else if (event.kind === "gap" && event.missed) console.log(`Messages before ${event.oldestId} are gone.`);
    // Not awaited, because the answer comes only while events are taken.
    else if (event.kind === "caughtUp" && !event.again) void sayAndLeave(room, text);
    else if (event.kind === "closed" && event.why.kind !== "left")
      console.error(`The room was closed: ${event.why.kind}.`);
    // The next visit does not print this event again.
    if (room.cursor !== undefined) await writeCursor(cursorFile, room.cursor);
  }
}

async function sayAndLeave(room: Room, text: string): Promise<void> {
  const outcome = await room.sendAll(text);
  if (outcome.kind === "rejected") console.error(`Not sent: ${outcome.message}`);
  await room.close();
}

async function readCursor(file: string): Promise<Cursor | undefined> {
  try {
    const { logId, id } = JSON.parse(await readFile(file, "utf8"));
    return { logId, id: BigInt(id) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Writes a new file and renames it, so that a killed program leaves the old or the new cursor, never half of one. */
async function writeCursor(file: string, { logId, id }: Cursor): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify({ logId, id: String(id) }));
  await rename(`${file}.new`, file);
}
