import { WireType } from "@bufbuild/protobuf/wire";
import type { ServiceImplementation } from "nice-grpc";
import { HealthDefinition, HealthServiceImpl, type HealthState } from "nice-grpc-server-health";
import { StrictReader, strictly } from "./strictDecoding.ts";

const { check, watch } = HealthDefinition.methods;
type Request = ReturnType<typeof check.requestType.decode>;
type Response = ReturnType<typeof check.responseType.decode>;

/** gRPC's health service, with requests that are decoded strictly, like those of `ChatService`. */
export const healthDefinition = {
  check: served(check.name, false as const),
  watch: served(watch.name, true as const),
};

/** The health service, which answers with the statuses in `state`. */
export function healthService(state: HealthState): ServiceImplementation<typeof healthDefinition> {
  return HealthServiceImpl(state) as ServiceImplementation<typeof healthDefinition>;
}

function served<Streams extends boolean>(name: string, responseStream: Streams) {
  return {
    path: `/${HealthDefinition.fullName}/${name}`,
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
