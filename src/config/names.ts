/** The prefix of all environment variables of the program. */
export const ENV_PREFIX = "OBROLAN_";

/** The flag of a setting: `messagesPerSecond` becomes `--messages-per-second`. */
export function flagOf(key: string): string {
  return `--${words(key).join("-")}`;
}

/** The environment variable of a setting: `messagesPerSecond` becomes `OBROLAN_MESSAGES_PER_SECOND`. */
export function envOf(key: string): string {
  return ENV_PREFIX + words(key).join("_").toUpperCase();
}

function words(key: string): string[] {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).split(" ");
}
