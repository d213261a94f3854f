/** The users who came online and went offline since the last change. */
export interface PresenceChange {
  readonly joined: readonly string[];
  readonly left: readonly string[];
  /** Too much has changed to be listed: both lists are empty, and the client asks for the list of users. */
  readonly reset: boolean;
}
