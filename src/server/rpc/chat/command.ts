import type { ChatRequest } from "../../../gen/obrolan/v1/chat.ts";
import type { Command } from "../../chat/commandHandler.ts";
import { toId } from "../wire.ts";

/** The command of a request. A request without a command, or with one of a newer contract, asks for help. */
export function toCommand({ command }: ChatRequest): Command {
  switch (command?.$case) {
    case "join": {
      const { resumeAfter, logId, recent } = command.value;
      return { kind: "join", logId, recent, ...(resumeAfter === undefined ? {} : { resumeAfter: toId(resumeAfter) }) };
    }
    case "sendAll":
      return { kind: "send", recipient: undefined, text: command.value.text };
    case "sendTo":
      return { kind: "send", recipient: command.value.username, text: command.value.text };
    case "textCommand":
      return { kind: "typed", line: command.value };
    default:
      return { kind: "help" };
  }
}
