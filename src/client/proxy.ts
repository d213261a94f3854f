import { BlockList, isIPv4 } from "node:net";

/** The HTTP proxy that gRPC connects through. */
export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  /** The environment variable that names it. */
  readonly variable: string;
  /** The environment variable that lists the hosts to connect to without a proxy. */
  readonly exceptions: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that grpc-js uses for a host; undefined: none. It follows the rules of grpc-js's `http_proxy.ts`, because
 * grpc-js's errors do not name the proxy. grpc-js ignores a variable that does not name an `http://` proxy.
 */
export function proxyFor(host: string, env: Environment): HttpProxy | undefined {
  const variable = ["grpc_proxy", "https_proxy", "http_proxy"].find((name) => env[name]);
  const value = env[variable ?? ""] ?? "";
  if (variable === undefined || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  if (url.protocol !== "http:") return undefined;
  const exceptions = env.no_grpc_proxy ? "no_grpc_proxy" : "no_proxy";
  const exceptionList = (env[exceptions] ?? "").split(",");
  if (env[exceptions] && exceptionList.some((exception) => covers(exception, host))) return undefined;
  return { host: url.hostname, port: Number(url.port || 80), variable, exceptions };
}

/** Whether an exception matches a host: as the end of its name, or as the network of its address. */
function covers(exception: string, host: string): boolean {
  const [network = "", bits, ...rest] = exception.split("/");
  if (bits === undefined || rest.length > 0 || !isIPv4(network) || !isIPv4(host)) return host.endsWith(exception);
  const prefix = Number.parseInt(bits, 10);
  if (!(prefix >= 0 && prefix <= 32)) return host.endsWith(exception);
  const list = new BlockList();
  list.addSubnet(network, prefix);
  return list.check(host);
}
