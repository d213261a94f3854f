import type { Setting } from "../../config/index.ts";

/** An option whose value is a text. The command checks what the text says. */
export function text(about: { readonly summary: string; readonly placeholder: string }): Setting<string | undefined> {
  return {
    ...about,
    allowed: "a text that is not empty",
    default: undefined,
    isAllowed: (value) => typeof value === "string" && value !== "",
    fromText: (value) => value,
  };
}
