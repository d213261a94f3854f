import { z } from "zod";
import type { Setting } from "../../config/index.ts";

interface Described {
  readonly summary: string;
  readonly placeholder: string;
}

/** An option whose value is a text. The command checks it. */
export function text(about: Described): Setting<string | undefined> {
  return {
    ...about,
    allowed: "a text",
    default: undefined,
    schema: z.string().min(1).optional(),
    fromText: (value) => value,
  };
}

/** An option whose value is a whole number from 1 to `max`. */
export function number(about: Described & { max: number }): Setting<number | undefined> {
  const { max } = about;
  return {
    ...about,
    allowed: `a whole number from 1 to ${max}`,
    default: undefined,
    schema: z.int().min(1).max(max).optional(),
    fromText: (value) => (/^\d+$/.test(value) ? Number(value) : value),
  };
}
