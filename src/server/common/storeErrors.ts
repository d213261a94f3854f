/** The store did not carry out a call, and has certainly changed nothing. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** The store failed during a commit: the commit may have happened, or may still happen. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
}
