import { nkeys } from "@nats-io/transport-node";

type Keys = ReturnType<typeof nkeys.createUser>;

/** A NATS operator with one account, and the configuration of a server that accepts its users. */
export class NatsOperator {
  readonly #operator = nkeys.createOperator();
  readonly #account = nkeys.createAccount();

  /** The content of the file for `nats-server --config`. */
  get config(): string {
    const account = publicKey(this.#account);
    const unlimited = Object.fromEntries(
      ["subs", "data", "payload", "imports", "exports", "conn", "leaf"].map((what) => [what, -1]),
    );
    const limits = { ...unlimited, wildcards: true };
    return `
      operator: ${token(this.#operator, this.#operator, { type: "operator" })}
      resolver: MEMORY
      resolver_preload: { ${account}: ${token(this.#operator, this.#account, { type: "account", limits })} }`;
  }

  /** The content of a .creds file for a new user. */
  creds(): string {
    const user = nkeys.createUser();
    const jwt = token(this.#account, user, { type: "user", pub: {}, sub: {}, subs: -1, data: -1, payload: -1 });
    const seed = new TextDecoder().decode(user.getSeed());
    return `-----BEGIN NATS USER JWT-----
${jwt}
------END NATS USER JWT------

************************* IMPORTANT *************************
NKEY Seed printed below can be used to sign and prove identity.

-----BEGIN USER NKEY SEED-----
${seed}
------END USER NKEY SEED------

*************************************************************
`;
  }
}

function publicKey(keys: Keys): string {
  return keys.getPublicKey();
}

/** https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt */
function token(issuer: Keys, subject: Keys, nats: object): string {
  const claims = {
    jti: "1",
    iat: Math.floor(Date.now() / 1_000),
    iss: publicKey(issuer),
    name: "test",
    sub: publicKey(subject),
    nats: { version: 2, ...nats },
  };
  const parts = [{ typ: "JWT", alg: "ed25519-nkey" }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const signed = parts.join(".");
  return `${signed}.${Buffer.from(issuer.sign(Buffer.from(signed))).toString("base64url")}`;
}
