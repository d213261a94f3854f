import { BlockList, isIPv4 } from "node:net";

/** The HTTP proxy through which gRPC connects. */
export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  /** The environment variable that names it. */
  readonly variable: string;
  /** The environment variable that makes exceptions. */
  readonly exceptions: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that grpc-js takes for a host, by the rules of its `http_proxy.ts`: it does not tell which one it was when that one fails.
 * Undefined: none. A variable that does not name an `http://` proxy is ignored by grpc-js.
 */
export function proxyFor(host: string, env: Environment): HttpProxy | undefined {
  const variable = ["grpc_proxy", "https_proxy", "http_proxy"].find((name) => env[name]);
  const url = variable === undefined ? null : URL.parse(env[variable] ?? "");
  if (variable === undefined || url === null || url.protocol !== "http:") return undefined;
  const exceptions = env.no_grpc_proxy ? "no_grpc_proxy" : "no_proxy";
  const excepted = (env[exceptions] ?? "").split(",");
  if (env[exceptions] && excepted.some((exception) => covers(exception, host))) return undefined;
  return { host: url.hostname, port: Number(url.port || 80), variable, exceptions };
}

/** Whether an exception is the end of a host's name, or a network that it lies in. */
function covers(exception: string, host: string): boolean {
  const [network = "", bits, ...rest] = exception.split("/");
  if (bits === undefined || rest.length > 0 || !isIPv4(network) || !isIPv4(host)) return host.endsWith(exception);
  const prefix = Number.parseInt(bits, 10);
  if (!(prefix >= 0 && prefix <= 32)) return host.endsWith(exception);
  const list = new BlockList();
  list.addSubnet(network, prefix);
  return list.check(host);
}
