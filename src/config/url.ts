/**
 * URLs as people may see them: scheme, host, port and path, of several with commas between them. Users go as well as passwords, as
 * a token may stand there, and so do parameters.
 */
export function withoutSecrets(urls: string): string {
  return urls
    .split(",")
    .map((url) => shown(url.trim()))
    .join(",");
}

function shown(text: string): string {
  const url = URL.parse(text.includes("://") ? text : `none://${text}`);
  if (url === null || url.host === "") return "…";
  const path = url.pathname === "/" ? "" : url.pathname;
  return `${url.protocol === "none:" ? "" : `${url.protocol}//`}${url.host}${path}`;
}

/** Whether a text is a URL of one of these schemes. `bare`: or none at all, just a host and perhaps a port. */
export function isUrl(text: string, schemes: readonly string[], bare: boolean): boolean {
  const scheme = /^([a-z][a-z+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return bare && /^[^\s/]+$/.test(text);
  return schemes.includes(scheme) && !/\s/.test(text) && text.length > scheme.length + "://".length;
}
