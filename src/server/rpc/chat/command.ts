import { BinaryReader } from "@bufbuild/protobuf/wire";
import { ChatRequest, Delete, Edit, GetHelp, Join, SendAll, SendTo } from "../../../gen/obrolan/v1/chat.ts";
import type { Command } from "../../chat/commandHandler.ts";
import { toId } from "../wire.ts";

type WireCommand = NonNullable<ChatRequest["command"]>;

/** An empty value of every command that is a message. The type demands an entry for each such command. */
const EMPTY_COMMANDS: { [C in WireCommand as C["value"] extends object ? C["$case"] : never]: C["value"] } = {
  join: Join.create(),
  sendAll: SendAll.create(),
  sendTo: SendTo.create(),
  help: GetHelp.create(),
  edit: Edit.create(),
  delete: Delete.create(),
};

/** The numbers of the fields of `ChatRequest` that are messages. */
export const COMMAND_FIELDS: readonly number[] = Object.entries(EMPTY_COMMANDS).map(([$case, value]) => {
  const request = ChatRequest.encode({ requestId: "", command: { $case, value } as WireCommand }).finish();
  const [field] = new BinaryReader(request).tag();
  return field;
});

/**
 * The command of a request. A request without a command asks for help, and so does one with a command of a newer
 * contract, which is decoded as none.
 */
export function toCommand({ command }: ChatRequest): Command {
  switch (command?.$case) {
    case "join": {
      const { resumeAfter, logId, recent } = command.value;
      return { kind: "join", logId, recent, ...(resumeAfter === undefined ? {} : { resumeAfter: toId(resumeAfter) }) };
    }
    case "sendAll":
      return {
        kind: "send",
        recipient: undefined,
        text: command.value.text,
        replyTo: toId(command.value.replyTo),
        evenIfOffline: false,
      };
    case "sendTo": {
      const { username, text, evenIfOffline, replyTo } = command.value;
      return { kind: "send", recipient: username, text, replyTo: toId(replyTo), evenIfOffline };
    }
    case "edit": {
      const { id, text, logId } = command.value;
      return { kind: "edit", messageId: toId(id), text, logId };
    }
    case "delete":
      return { kind: "delete", messageId: toId(command.value.id), logId: command.value.logId };
    case "textCommand":
      return { kind: "typed", line: command.value };
    case "help":
    case undefined:
      return { kind: "help" };
  }
}
