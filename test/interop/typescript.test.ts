import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import { connect } from "../../src/client/index.ts";
import { makeCertificate } from "../support/certificate.ts";
import { run } from "../support/externalTools.ts";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { says, takeUntil } from "../support/takeEvents.ts";

const root = path.resolve(import.meta.dirname, "../..");
const inRoot = (file: string) => path.join(root, file);

describe("The examples in TypeScript", () => {
  const folder = useFolder();
  const inFolder = (name: string) => path.join(folder.path, name);
  afterEach(endProcesses);

  it("the README shows examples/typescript/hello.ts as it is", async () => {
    const readme = await readFile(inRoot("README.md"), "utf8");
    const [, shown] = /^```ts\n(.*?)^```$/ms.exec(readme) ?? [];
    expect(shown).to.equal(await readFile(inRoot("examples/typescript/hello.ts"), "utf8"));
    expect(readme).to.contain("node examples/typescript/hello.ts");
  });

  it("the README's example runs in a clone, sends its message and prints it", async () => {
    const { port } = await ServerProcess.serve(inFolder("data"));
    const client = connect({ address: `127.0.0.1:${port}` });
    try {
      const { token } = await client.register("budi", "a good password");
      const example = (await readFile(inRoot("examples/typescript/hello.ts"), "utf8"))
        .replace("../../src/client/index.ts", inRoot("src/client/index.ts"))
        .replace("127.0.0.1:50051", `127.0.0.1:${port}`)
        .replace("PASSWORD", "a good password");
      await writeFile(inFolder("hello.ts"), example);
      const running = run(process.execPath, [inFolder("hello.ts")]);
      await takeUntil(client.enter({ token, recent: 1 }), "the hello", says("Hello from TypeScript."));
      // The logout ends the example, because it revokes the example's session.
      await client.logout(token, { everywhere: true });
      const { code, stdout, stderr } = await running;
      expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: "budi Hello from TypeScript.\n", stderr: "" });
    } finally {
      client.close();
    }
  });

  it("docs/client.md shows examples/typescript/view.ts as it is", async () => {
    const page = await readFile(inRoot("docs/client.md"), "utf8");
    const shown = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);
    expect(shown).to.include(await readFile(inRoot("examples/typescript/view.ts"), "utf8"));
  });

  it("the example of the view prints each change, and then the messages as they are now", async () => {
    const { port } = await ServerProcess.serve(inFolder("data"));
    const client = connect({ address: `127.0.0.1:${port}` });
    try {
      await client.register("budi", "a good password");
      const { token } = await client.register("ani", "a good password");
      const room = client.enter({ token });
      for (const text of ["one", "two", "three"]) await room.sendAll(text);
      await room.close();
      const example = (await readFile(inRoot("examples/typescript/view.ts"), "utf8"))
        .replace("../../src/client/index.ts", inRoot("src/client/index.ts"))
        .replace("127.0.0.1:50051", `127.0.0.1:${port}`)
        .replace("PASSWORD", "a good password");
      await writeFile(inFolder("view.ts"), example);
      const { code, stdout, stderr } = await run(process.execPath, [inFolder("view.ts")]);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
      const lines = stdout.trimEnd().split("\n");
      expect(lines.slice(0, 3)).to.deep.equal(["+ ani: three", "+ ani: one", "+ ani: two"]);
      // Between these come the changes; a message that is changed at once may come in its new form only.
      expect(lines.slice(-5)).to.deep.equal([
        "ani: one",
        "ani: two",
        "ani: three",
        "budi: The meeting is at nine. (edited)",
        "budi: Bring the plan. (to: The meeting is at nine.)",
      ]);
      const { token: other } = await client.login("budi", "a good password");
      expect(await client.markRead(other, 0n)).to.equal(6n);
    } finally {
      client.close();
    }
  });

  it("the complete example connects with TLS, and its second run prints exactly what it has missed", async () => {
    const { cert, key } = makeCertificate();
    await Promise.all([writeFile(inFolder("cert.pem"), cert), writeFile(inFolder("key.pem"), key)]);
    const tls = ["--tls-cert", inFolder("cert.pem"), "--tls-key", inFolder("key.pem")];
    const { port } = await ServerProcess.serve(inFolder("data"), tls);
    const address = `127.0.0.1:${port}`;
    const client = connect({ address, ca: Buffer.from(cert) });
    try {
      await client.register("budi", "a good password");
      const { token } = await client.register("ada", "a good password");
      const room = client.enter({ token });
      await room.sendAll("Anybody here?");
      const visit = (password: string, text: string) => {
        const args = [address, "budi", text, inFolder("cursor.json"), inFolder("cert.pem")];
        return run(process.execPath, [inRoot("examples/typescript/visit.ts"), ...args], { PASSWORD: password });
      };
      const first = await visit("a good password", "Just looking in.");
      expect(first).to.deep.equal({ code: 0, stdout: 'ada: "Anybody here?"\nbudi: "Just looking in."\n', stderr: "" });
      await room.sendAll("Come back!");
      const second = await visit("a good password", "Here I am.");
      expect(second).to.deep.equal({ code: 0, stdout: 'ada: "Come back!"\nbudi: "Here I am."\n', stderr: "" });
      const refused = await visit("a wrong password", "Let me in.");
      expect(refused).to.deep.equal({ code: 1, stdout: "", stderr: "No account has this name and password.\n" });
    } finally {
      client.close();
    }
  });
});
