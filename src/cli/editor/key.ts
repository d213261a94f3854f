/** A key that a person pressed, or a text that the terminal pasted. */
export type Key =
  /** One or more printable characters. */
  | { readonly kind: "text"; readonly text: string }
  /** A bracketed paste; its line ends are `\n`. */
  | { readonly kind: "paste"; readonly text: string }
  /** Any other key. `name` is a letter if Ctrl or Alt was held with a letter. */
  | {
      readonly kind: "named";
      readonly name: string;
      readonly ctrl: boolean;
      readonly alt: boolean;
      readonly shift: boolean;
    };

/** The names of keys that are no letters. */
export const KEY_NAMES = [
  "enter",
  "tab",
  "escape",
  "backspace",
  "delete",
  "up",
  "down",
  "left",
  "right",
  "home",
  "end",
  "pageup",
  "pagedown",
] as const;
