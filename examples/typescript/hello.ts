import { connect } from "../../src/client/index.ts"; // in a project of your own: "obrolan/client"

const client = connect({ address: "127.0.0.1:50051" });
const { token } = await client.login("budi", "PASSWORD");
const room = client.enter({ token, recent: 20 });
await room.sendAll("Hello from TypeScript.");
for await (const event of room) {
  if (event.kind === "message") console.log(event.sender, event.text);
}
