/** What every environment variable of the program begins with. */
export const ENV_PREFIX = "OBROLAN_";

/** A setting's flag: `messagesPerSecond` is `--messages-per-second`. */
export function flagOf(key: string): string {
  return `--${words(key).join("-")}`;
}

/** A setting's environment variable: `messagesPerSecond` is `OBROLAN_MESSAGES_PER_SECOND`. */
export function envOf(key: string): string {
  return ENV_PREFIX + words(key).join("_").toUpperCase();
}

function words(key: string): string[] {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).split(" ");
}
