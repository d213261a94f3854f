import { expect } from "chai";
import { ROOM_COMMANDS } from "../../../src/cli/room/commands.ts";
import { ROOM_WORDS } from "../../../src/cli/roomWords.ts";

describe("ROOM_COMMANDS", () => {
  it("the commands of the room begin with the words that the terminal knows as theirs", () => {
    expect([...ROOM_COMMANDS.keys()]).to.have.members([...ROOM_WORDS]);
  });
});
