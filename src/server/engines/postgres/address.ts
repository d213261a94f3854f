import pg from "pg";

/** Where a database is. */
export interface Address {
  /** The URL, without the parameters that are Obrolan's own to set. It may have a password: not for people's eyes. */
  readonly url: string;
  /** What PostgreSQL is asked to set for each connection, as the URL says. */
  readonly options: string;
  /** What the connections call themselves, in front of what each is for. */
  readonly applicationName: string;
  /** For people: host, port and database. */
  readonly name: string;
}

/** Takes a URL apart. Throws an error for people, without the URL: there may be a password in it. */
export function parseAddress(url: string): Address {
  const [base = "", query = ""] = url.split(/\?(.*)/s);
  if (!/^postgres(ql)?:\/\//.test(base)) {
    throw new Error(
      "The database's URL must begin with postgres://, as in postgres://USER:PASSWORD@HOST:5432/DATABASE.",
    );
  }
  // A / in a password ends the host's part of a URL: what follows would be taken for the database's name, and shown.
  if (/^[^/]*\/\/[^/]*\/.*@/s.test(base)) {
    throw new Error(
      "The database's URL cannot be used: there is an @ behind its host. Write a / in the user or password as %2F, as in postgres://USER:PASSWORD@HOST:5432/DATABASE.",
    );
  }
  const parameters = new URLSearchParams(query);
  const options = parameters.get("options") ?? "";
  const applicationName = parameters.get("application_name") ?? "obrolan";
  parameters.delete("options");
  parameters.delete("application_name");
  const rest = `${base}?${parameters}`;
  try {
    const { host, port, database } = new pg.Client({ connectionString: rest });
    return { url: rest, options, applicationName, name: `${host}:${port}/${database ?? ""}` };
  } catch (cause) {
    const why = cause instanceof TypeError || cause instanceof URIError ? "it is no URL" : (cause as Error).message;
    throw new Error(
      `The database's URL cannot be used: ${why}. Write it as postgres://USER:PASSWORD@HOST:5432/DATABASE, with %-escapes for special characters.`,
      { cause },
    );
  }
}
