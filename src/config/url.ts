/**
 * Removes from URLs everything that may be secret: only scheme, host, port and path remain. Several URLs are separated
 * by commas. The user is removed as well, because a token may be there, and so are the parameters.
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

/**
 * Whether a text is a URL with one of these schemes. `bare`: a host without a scheme, with or without a port, is
 * allowed as well.
 */
export function isUrl(text: string, schemes: readonly string[], bare: boolean): boolean {
  const scheme = /^([a-z][a-z+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return bare && /^[^\s/]+$/.test(text);
  return schemes.includes(scheme) && !/\s/.test(text) && text.length > scheme.length + "://".length;
}
