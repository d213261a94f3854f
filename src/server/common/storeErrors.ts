/** The store did not do what it was asked to do, and certainly changed nothing. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** The store failed in the middle of a commit: the commit may have happened, or may happen later. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
}
