import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { KeptSessions } from "../../../src/cli/session/keptSessions.ts";
import { useFolder } from "../../support/folder.ts";
import { filesIn, openProfile } from "./profile.ts";

const ANI = { username: "ani", token: "token-of-ani", expiresAt: new Date("2027-01-01T00:00:00.000Z") };
const BUDI = { username: "budi", token: "token-of-budi", expiresAt: new Date("2027-02-01T00:00:00.000Z") };
const HERE = { server: "127.0.0.1:50051", insecure: false };

describe("KeptSessions", () => {
  const folder = useFolder();

  function open(profile?: string) {
    const { files, problems } = openProfile(folder.path, profile);
    return { kept: new KeptSessions(files), problems };
  }

  it("a session that was kept is found by the next program", async () => {
    expect(await open().kept.find(HERE)).to.equal(undefined);
    expect(await open().kept.keep(HERE, ANI)).to.equal(true);
    expect(await open().kept.find(HERE)).to.deep.equal(ANI);
  });

  it("each server and each profile has a session of its own", async () => {
    const servers = ["127.0.0.1:50051", "127.0.0.1:50052", "[::1]:50051", "chat.example.com:1", `${"a".repeat(250)}:1`];
    for (const [index, server] of servers.entries()) {
      await open().kept.keep({ server, insecure: false }, { ...ANI, token: `token-${index}` });
    }
    await open("work").kept.keep(HERE, BUDI);
    for (const [index, server] of servers.entries()) {
      expect(await open().kept.find({ server, insecure: false })).to.include({ token: `token-${index}` });
    }
    expect(await open("work").kept.find(HERE)).to.deep.equal(BUDI);
    expect(await open("home").kept.find(HERE)).to.equal(undefined);
  });

  it("the name of a server is the same in upper case", async () => {
    await open().kept.keep({ server: "Chat.Example.com:1", insecure: false }, ANI);
    expect(await open().kept.find({ server: "chat.example.COM:1", insecure: false })).to.deep.equal(ANI);
  });

  it("a session that was made over TLS is not sent in clear text, and the other way is allowed", async () => {
    await open().kept.keep(HERE, ANI);
    expect(await open().kept.find({ ...HERE, insecure: true })).to.equal(undefined);
    await open().kept.keep({ ...HERE, insecure: true }, ANI);
    expect(await open().kept.find({ ...HERE, insecure: true })).to.deep.equal(ANI);
    expect(await open().kept.find(HERE)).to.deep.equal(ANI);
  });

  it("a session is forgotten, unless another program has kept another one since", async () => {
    const { kept } = open();
    await kept.keep(HERE, ANI);
    await open().kept.keep(HERE, BUDI);
    await kept.forget(HERE, ANI.token);
    expect(await kept.find(HERE)).to.deep.equal(BUDI);
    await kept.forget(HERE, BUDI.token);
    expect(await kept.find(HERE)).to.equal(undefined);
    expect(filesIn(folder.path)).to.deep.equal([]);
  });

  it("programs that keep sessions for many servers at once lose none", async () => {
    const servers = Array.from({ length: 40 }, (_, index) => `127.0.0.1:${index + 1}`);
    await Promise.all(
      servers.map((server) => open().kept.keep({ server, insecure: false }, { ...ANI, token: `at-${server}` })),
    );
    for (const server of servers) {
      expect(await open().kept.find({ server, insecure: false })).to.include({ token: `at-${server}` });
    }
  });

  const file = "profiles/default/sessions/127.0.0.1%3A50051.json";
  const damaged: [string, (text: string) => string][] = [
    ["an empty file", () => ""],
    ["half of a file", (text) => text.slice(0, text.length / 2)],
    ["another JSON", () => "[]"],
    ["a token that no call can carry", (text) => text.replace("token-of-ani", "token\\u0000")],
    ["a date that is none", (text) => text.replace("2027", "soon")],
    ["bytes that are no text", () => "\0\u0001\ufffd"],
  ];
  for (const [what, damage] of damaged) {
    it(`${what} in the place of a session is set aside, and a session can be kept again`, async () => {
      const { kept, problems } = open();
      await kept.keep(HERE, ANI);
      const name = path.join(folder.path, file);
      const content = damage(readFileSync(name, "utf8"));
      writeFileSync(name, content);
      expect(await kept.find(HERE)).to.equal(undefined);
      expect(problems).to.deep.equal([{ kind: "damaged", path: name, movedTo: `${name}.damaged` }]);
      expect(readFileSync(`${name}.damaged`, "utf8")).to.equal(content);
      expect(await kept.keep(HERE, ANI)).to.equal(true);
      expect(await open().kept.find(HERE)).to.deep.equal(ANI);
    });
  }

  it("a problem is reported once, and a session that cannot be kept is not said to be kept", async () => {
    const { files, problems } = openProfile(path.join(folder.path, "file", "state"));
    writeFileSync(path.join(folder.path, "file"), "");
    const kept = new KeptSessions(files);
    expect(await kept.keep(HERE, ANI)).to.equal(false);
    expect(await kept.keep(HERE, BUDI)).to.equal(false);
    expect(problems.map(({ kind }) => kind)).to.deep.equal(["failed"]);
  });
});
