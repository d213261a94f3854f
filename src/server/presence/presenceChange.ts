/** Who came online and who went offline since the last change. */
export interface PresenceChange {
  readonly joined: readonly string[];
  readonly left: readonly string[];
  /** Too much has changed to be listed. */
  readonly reset: boolean;
}
