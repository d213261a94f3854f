import { ENV_PREFIX } from "./names.ts";

/**
 * The ends of the variables that Kubernetes and Docker create for a Service or link. They follow `OBROLAN_`, or
 * `OBROLAN_` and more of the Service's name.
 */
const LINK_NAMES = [
  // Kubernetes: the Service's address, its first port, and each of its named ports.
  "SERVICE_HOST",
  "SERVICE_PORT(_[A-Z0-9_]+)?",
  // Kubernetes and Docker: each port. Docker also writes the ends of a range of ports.
  "PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR|START|END|PORT_START|PORT_END))?",
  // Docker: the linked container's own environment.
  "ENV_.+",
];
const LINK = new RegExp(`^${ENV_PREFIX}([A-Z0-9_]+_)?(${LINK_NAMES.join("|")})$`);

/** A setting could have a name of these forms, so the value decides. */
const PORT = new RegExp(`^${ENV_PREFIX}([A-Z0-9_]+_)?PORT$`);
const PORT_VALUE = /^(tcp|udp|sctp):\/\//;
const NAME = new RegExp(`^${ENV_PREFIX}([A-Z0-9_]+_)?NAME$`);
const NAME_VALUE = /^\/.+\/.+/;

/**
 * Whether an environment variable describes a Service or linked container named `obrolan` or `obrolan-…`. Such
 * variables are not settings: Kubernetes and Docker set them in the containers that may connect to it.
 *
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 * https://docs.docker.com/engine/network/links/#environment-variables
 */
export function isServiceLink(name: string, value: string): boolean {
  if (LINK.test(name)) return true;
  if (PORT.test(name)) return PORT_VALUE.test(value);
  return NAME.test(name) && NAME_VALUE.test(value);
}
