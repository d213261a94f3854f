/** What makes and checks secrets. */
export interface Secrets {
  /**
   * The hash of a normalized password, in PHC string format. At most a few run at once and a bounded number waits; past that it
   * throws the refusal `OVERLOADED`.
   */
  hashPassword(password: string): Promise<string>;

  /** Whether a password is the one of a hash. `undefined` for the hash: takes as long and says no. Bounded as `hashPassword`. */
  verifyPassword(passwordHash: string | undefined, password: string): Promise<boolean>;

  /** Whether a hash was made with other parameters than `hashPassword` uses now. */
  isOutdated(passwordHash: string): boolean;

  /** A new token: 32 random bytes behind a prefix that secret scanners find. */
  newToken(): string;

  /** The SHA-256 of a token, which is all that is stored of it. */
  digest(token: string): Uint8Array;
}
