import { expect } from "chai";
import { LibraryUser } from "../rig/libraryUser.ts";
import { WireUser } from "../rig/wireUser.ts";
import { within } from "../support/deadline.ts";
import { Proxy as NetworkProxy } from "../support/proxy.ts";
import { Random } from "../support/random.ts";
import { useTrials } from "./support/trial.ts";

const ROUNDS = 30;
const COMMANDS = 20;
const seed = Random.seed();

describe(`An accepted that is lost (SEED=${seed})`, () => {
  const trial = useTrials();
  let deafening: NetworkProxy | undefined;
  afterEach(() => deafening?.close());

  it("a client that lost an accepted and resends the same request_id posts its message once", async function () {
    const run = await trial({ random: new Random(seed) });
    const [user, , , fourth] = run.accounts;
    const listener = run.group.users.find(({ username }) => username === fourth?.username);
    if (user === undefined || listener === undefined) throw new Error("the trial has too few users");
    const proxy = await NetworkProxy.start(run.server.port);
    deafening = proxy;
    const { port } = proxy;
    const deaf = [run.add(WireUser, user, "deaf on the wire", port), run.add(LibraryUser, user, "deaf library", port)];
    for (let round = 1; round <= ROUNDS; round++) {
      // When this is answered, the client has joined: the server carries out what it sends, although answers are lost.
      for (const member of deaf) member.say("", `here again ${round}`);
      await within(Promise.all(deaf.map((member) => member.idle())), "answers to the clients that hear again");
      proxy.deafen();
      const said = deaf.map((member) => Array.from({ length: COMMANDS }, (_, i) => member.say("", `${round} ${i}`)));
      const last = said.map((sends) => sends.at(-1)?.text ?? "");
      await within(Promise.all(last.map((text) => listener.hears(text))), "the messages of the deaf clients");
      proxy.hear();
    }
    await run.finish(this, "accepted lost");
    expect(run.group.recorder.duplicates, "answers that accepted a command as a duplicate").to.be.at.least(
      ROUNDS * COMMANDS,
    );
  });
});
