import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Person, TestServer } from "./server.ts";

/** The flags of a command that signs in as this person, with a token file in the folder. */
export function flagsOf(server: Pick<TestServer, "port">, person: Person, folder: string): string[] {
  return ["--server", `127.0.0.1:${server.port}`, "--token-file", tokenFile(person, folder)];
}

/** A file with the token of the person, which only its owner may read. */
export function tokenFile({ username, token }: Person, folder: string): string {
  const file = path.join(folder, `token-of-${username}`);
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return file;
}
