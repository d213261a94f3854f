/** The users who came online and went offline since the previous event of a stream. */
export interface PresenceChange {
  readonly joined: readonly string[];
  readonly left: readonly string[];
  /** Too much has changed to be listed: both lists are empty, and the client must call `List`. */
  readonly reset: boolean;
}
