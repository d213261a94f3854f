import { ChatError, connect, RoomView } from "../../src/client/index.ts"; // in a project of your own: "obrolan/client"

const client = connect({ address: "127.0.0.1:50051" });
const { token } = await client.login("budi", "PASSWORD");
const view = new RoomView({ maxMessages: 500 });
view.onChange(({ added, edited, removed }) => {
  for (const { sender, text } of added) console.log(`+ ${sender}: ${text}`);
  for (const { sender, text } of edited) console.log(`~ ${sender}: ${text}`);
  for (const { sender, text } of removed) console.log(`- ${sender}: ${text}`);
});

const room = client.enter({ token, recent: 1 });
for await (const event of room) {
  view.apply(event);
  // Not awaited, because the answers come only while events are taken.
  if (event.kind === "caughtUp" && !event.again) void talk().catch(report);
}
for (const { sender, text, editedAt, replyTo } of view.messages) {
  const quoted = replyTo === undefined ? "" : ` (to: ${view.get(replyTo)?.text ?? "an older message"})`;
  console.log(`${sender}: ${text}${editedAt === undefined ? "" : " (edited)"}${quoted}`);
}
client.close();

async function talk(): Promise<void> {
  // The page before what the view holds, as when a person scrolls up.
  await view.prepend(client.history(token, { beforeId: view.oldestId, pageSize: 20 }), 20);
  const sent = await room.sendAll("The meeting is at nime.");
  if (sent.kind === "accepted") {
    await room.edit(sent.id, "The meeting is at nine.");
    const reply = await room.sendAll("Bring the plan.", { replyTo: sent.id });
    const mistake = await room.sendTo("ani", "Wrong window.", { evenIfOffline: true });
    if (mistake.kind === "accepted") await room.remove(mistake.id);
    if (reply.kind === "accepted") await client.markRead(token, reply.id, { logId: room.cursor?.logId });
  }
  await room.close();
}

function report(error: unknown): void {
  if (!(error instanceof ChatError)) throw error;
  console.error(error.message);
  room.abort();
}
