import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { hash } from "@node-rs/argon2";
import { expect } from "chai";
import { sendTo } from "../support/commands.ts";
import { useServer } from "../support/server.ts";

const OURS = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/;

describe("The form of passwords and tokens", function () {
  this.timeout(60_000);
  const server = useServer();

  function everything(): unknown[] {
    return rowsIn(server.folder).flat();
  }

  it("a password is stored as a PHC string of argon2id with m=19 MiB, t=2, p=1 and its own salt", async () => {
    const wire = await server.connect();
    await wire.register("twin1", "the same password");
    await wire.register("twin2", "the same password");
    const hashes = everything().filter((value) => typeof value === "string" && value.startsWith("$argon2"));
    expect(hashes).to.have.length(2);
    for (const one of hashes) expect(one).to.match(OURS);
    expect(new Set(hashes).size).to.equal(2);
  });

  it("the SHA-256 of a token is stored, and nothing else of it", async () => {
    const { token, password } = await server.person("ana");
    const digest = createHash("sha256").update(token).digest();
    const stored = everything().filter((value) => value instanceof Uint8Array || typeof value === "string");
    expect(stored.some((value) => Buffer.from(value as Uint8Array).equals(digest))).to.equal(true);
    for (const name of readdirSync(server.folder)) {
      const bytes = readFileSync(path.join(server.folder, name));
      expect(bytes.includes(token), `${name} has the token`).to.equal(false);
      expect(bytes.includes(password), `${name} has the password`).to.equal(false);
    }
  });

  it("a token has at least 32 bytes after a prefix by which secret scanners can find it", async () => {
    const [one, two] = await server.people("one", "two");
    const prefix = /^[a-z]+_/.exec(one.token)?.[0] ?? "";
    expect(prefix.length, one.token.slice(0, 8)).to.be.greaterThan(2);
    for (const { token } of [one, two]) {
      expect(token.startsWith(prefix)).to.equal(true);
      const secret = token.slice(prefix.length);
      const bytes = /^[0-9a-f]{64}$/.test(secret) ? 32 : Buffer.from(secret, "base64url").length;
      expect(bytes).to.be.at.least(32);
    }
    expect(one.token).to.not.equal(two.token);
  });

  it("a password is hashed again at login only if the parameters have changed", async () => {
    const { accounts } = server.engines;
    const ana = await server.person("ana");
    const account = await accounts.find(ana.username);
    if (!account) throw new Error("the account is not in the store");
    const weaker = await hash(ana.password, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
    await accounts.setPasswordHash(account.id, weaker);

    const wire = await server.connect();
    await wire.login(ana.username, ana.password);
    const renewed = (await accounts.find(ana.username))?.passwordHash;
    expect(renewed).to.match(OURS);
    await wire.login(ana.username, ana.password);
    expect((await accounts.find(ana.username))?.passwordHash).to.equal(renewed);
  });
});

describe("The form in which the store keeps a message", function () {
  this.timeout(60_000);
  const server = useServer();

  it("a message is stored with the ids of its accounts, and not their names", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    await server.enter(bob);
    await chat.accept(sendTo(bob.username, "a text to be found again"));
    const rows = rowsIn(server.folder).filter((row) => row.includes("a text to be found again"));
    expect(rows).to.have.length(1);
    expect(rows[0]).to.not.include(ana.username);
    expect(rows[0]).to.not.include(bob.username);
  });
});

/** The values of every row of every table, in all databases of a folder. */
function rowsIn(folder: string): unknown[][] {
  const rows: unknown[][] = [];
  for (const file of readdirSync(folder).filter((name) => isDatabase(path.join(folder, name)))) {
    const url = pathToFileURL(path.join(folder, file));
    // The running server holds an exclusive lock on this database. SQLite takes no lock on a file that is immutable.
    if (file === "obrolan.lock") url.searchParams.set("immutable", "1");
    const database = new DatabaseSync(url, { readOnly: true });
    // The virtual tables of the search index have no rows of their own: what they store is in ordinary tables.
    const tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL %'";
    for (const { name } of database.prepare(tables).all()) {
      for (const row of database.prepare(`SELECT * FROM "${name}"`).all()) rows.push(Object.values(row));
    }
    database.close();
  }
  return rows;
}

function isDatabase(file: string): boolean {
  return readFileSync(file).subarray(0, 15).toString() === "SQLite format 3";
}
