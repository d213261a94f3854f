import { Status } from "nice-grpc";
import { ChatError } from "./errors.ts";

/**
 * Throws a `ChatError` for a string with half a character in it (a lone surrogate). UTF-8 cannot carry one, and the
 * encoder would send another text in its stead, which for a password nobody could ever repeat. The string itself is not
 * in the error: it may be a secret.
 */
export function mustBeWellFormed(name: string, value: string): void {
  if (value.isWellFormed()) return;
  const at = value.search(/\p{Surrogate}/u);
  const unit = value.charCodeAt(at).toString(16).toUpperCase();
  const sentence = `${name} has half a character in it, U+${unit} at index ${at}: was it cut inside an emoji?`;
  throw new ChatError(Status.INVALID_ARGUMENT, sentence);
}
