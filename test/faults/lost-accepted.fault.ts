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

describe(`A client whose accepted was lost (SEED=${seed})`, () => {
  const trial = useTrials();
  let deafening: NetworkProxy | undefined;
  afterEach(() => deafening?.close());

  it("and who sends again with the same request_id has posted once", async function () {
    const run = await trial({ random: new Random(seed) });
    const [user, , , fourth] = run.accounts;
    const listener = run.users.find(({ username }) => username === fourth?.username);
    if (user === undefined || listener === undefined) throw new Error("a trial has more users than that");
    const proxy = await NetworkProxy.start(run.server.port);
    deafening = proxy;
    const { port } = proxy;
    const deaf = [run.add(WireUser, user, "deaf on the wire", port), run.add(LibraryUser, user, "deaf library", port)];
    for (let round = 1; round <= ROUNDS; round++) {
      // It has been let in, so what it says from now on is carried out, and all that it is told is lost.
      for (const member of deaf) member.say("", `here again ${round}`);
      await within(Promise.all(deaf.map((member) => member.idle())), "an answer to those who hear again");
      proxy.deafen();
      const said = deaf.map((member) => Array.from({ length: COMMANDS }, (_, i) => member.say("", `${round} ${i}`)));
      const last = said.map((sends) => sends.at(-1)?.text ?? "");
      await within(Promise.all(last.map((text) => listener.hears(text))), "what the deaf have said");
      proxy.hear();
    }
    await run.finish(this, "accepted lost");
    expect(run.recorder.duplicates, "answers that said that it was accepted before").to.be.at.least(ROUNDS * COMMANDS);
  });
});
