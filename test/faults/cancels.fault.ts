import type { OpenSend } from "../rig/recorder.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { join, sendAll } from "../support/commands.ts";
import { Random } from "../support/random.ts";
import { Connection } from "../support/wire.ts";
import { useTrials } from "./support/trial.ts";

const CANCELS = 1_000;
const CLIENT = "canceller";
const seed = Random.seed();

describe(`Cancelled streams (SEED=${seed})`, () => {
  const trial = useTrials();

  it(`a client that cancels ${CANCELS} streams disturbs no other, and its commands are posted once`, async function () {
    const random = new Random(seed);
    const run = await trial({ random });
    const { server } = run;
    const { recorder } = run.group;
    const [user] = run.accounts;
    if (user === undefined) throw new Error("the trial has no users");
    const wire = await Connection.open({ port: server.port });
    const unanswered: OpenSend[] = [];
    for (let i = 1; i <= CANCELS; i++) {
      const requestId = `${CLIENT} ${i}`;
      const message = { kind: "message" as const, recipient: "", text: requestId, messageId: 0 };
      const send = { user: user.username, client: requestId, requestId, ...message };
      const chat = wire.chat(user.token);
      if (random.between(1, 3) > 1) await chat.next("welcome");
      if (random.between(1, 3) === 1) chat.send(join({ resumeAfter: 0n }));
      if (random.between(1, 2) === 1) {
        unanswered.push(recorder.send(send));
        post(chat, send);
      }
      if (random.between(1, 2) === 1) chat.cancel();
      else chat.cancelAsGrpcJs();
      await chat.end();
    }
    // Commands of different cancelled streams have no order. From here on, one stream sends them again.
    const chat = wire.chat(user.token);
    for (const send of unanswered) {
      post(chat, send);
      const { id, sentAt, duplicate } = await chat.next("accepted");
      recorder.answer(send, { kind: "accepted", id: Number(id), sentAt: Number(sentAt), duplicate });
    }
    wire.close();
    await run.finish(this, `${CANCELS} cancels`);
  });
});

function post(chat: ChatStream, { text, requestId }: Pick<OpenSend, "text" | "requestId">): void {
  chat.send(sendAll(text), requestId);
}
