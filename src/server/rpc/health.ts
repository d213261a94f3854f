import { WireType } from "@bufbuild/protobuf/wire";
import type { ServiceImplementation } from "nice-grpc";
import { HealthDefinition, HealthServiceImpl, type HealthState } from "nice-grpc-server-health";
import { StrictReader, strictly } from "./strictDecoding.ts";

const { check, watch } = HealthDefinition.methods;
type Request = ReturnType<typeof check.requestType.decode>;
type Response = ReturnType<typeof check.responseType.decode>;

/** The paths of the health service. */
export const HEALTH_PATHS = { check: path(check.name), watch: path(watch.name) };

/** gRPC's health service, with requests that are decoded strictly, like those of `ChatService`. */
export const healthDefinition = {
  check: served(HEALTH_PATHS.check, false as const),
  watch: served(HEALTH_PATHS.watch, true as const),
};

/** The health service, which answers with the statuses in `state`. */
export function healthService(state: HealthState): ServiceImplementation<typeof healthDefinition> {
  return HealthServiceImpl(state) as ServiceImplementation<typeof healthDefinition>;
}

function path(name: string): string {
  return `/${HealthDefinition.fullName}/${name}`;
}

function served<Streams extends boolean>(methodPath: string, responseStream: Streams) {
  return {
    path: methodPath,
    requestStream: false as const,
    responseStream,
    requestSerialize: (request: Request) => check.requestType.encode(request).finish(),
    // The error middleware handles an `InvalidRequest`, so the service never sees one.
    requestDeserialize: strictly(decode) as (bytes: Uint8Array) => Request,
    responseSerialize: (response: Response) => check.responseType.encode(response).finish(),
    responseDeserialize: (bytes: Uint8Array) => check.responseType.decode(bytes),
    options: {},
  };
}

/** `HealthCheckRequest` has one field, `service`. */
function decode(bytes: Uint8Array): Request {
  const reader = new StrictReader(bytes);
  let service = "";
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1 && type === WireType.LengthDelimited) service = reader.string();
    else reader.skip(type, field);
  }
  return { service };
}
