import pg from "pg";

/** The address of a database, parsed. */
export interface Address {
  /** The URL without the parameters that Obrolan sets. It may have a password: never show it. */
  readonly url: string;
  /** The URL's parameter `options`: settings of the server for each connection. */
  readonly options: string;
  /** The application name, to which each pool appends its purpose. */
  readonly applicationName: string;
  /** Host, port and database, for people. */
  readonly name: string;
}

/** Parses a URL. Throws an error for the operator, which does not quote the URL: it may have a password. */
export function parseAddress(url: string): Address {
  const [base = "", query = ""] = url.split(/\?(.*)/s);
  if (!/^postgres(ql)?:\/\//.test(base)) {
    throw new Error(
      "The database's URL must begin with postgres://, as in postgres://USER:PASSWORD@HOST:5432/DATABASE.",
    );
  }
  // A / in a password ends the URL's host part: the rest of the password would become the database name, and be shown.
  if (/^[^/]*\/\/[^/]*\/.*@/s.test(base)) {
    throw new Error(
      "The database's URL cannot be used: there is an @ after its host. Write a / in the user or password as %2F, " +
        "as in postgres://USER:PASSWORD@HOST:5432/DATABASE.",
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
    const why = cause instanceof TypeError || cause instanceof URIError ? "it is not a URL" : (cause as Error).message;
    throw new Error(
      `The database's URL cannot be used: ${why}. Write it as postgres://USER:PASSWORD@HOST:5432/DATABASE, ` +
        "with %-escapes for special characters.",
      { cause },
    );
  }
}
