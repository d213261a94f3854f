import { readFile } from "node:fs/promises";
import type { ServiceDefinition } from "@grpc/grpc-js";
import type { Server, ServerMiddleware } from "nice-grpc";
import { ServerReflection, ServerReflectionService } from "nice-grpc-server-reflection";
import { strictly } from "./strictDecoding.ts";

const DESCRIPTORS = new URL("../../gen/obrolan.binpb", import.meta.url);
const SERVICES = ["obrolan.v1.ChatService", "grpc.health.v1.Health"];

/** The paths of reflection: v1, and v1alpha for older tools. Only the names differ. */
export const REFLECTION_PATHS = ["v1", "v1alpha"].map(
  (version) => `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
);

/** Adds the reflection service to a server, with the error middleware. */
export async function addReflection(server: Server, errors: ServerMiddleware): Promise<void> {
  const reflection = ServerReflection(await readFile(DESCRIPTORS), SERVICES);
  for (const path of REFLECTION_PATHS) server.with(errors).add(servedAt(path, ServerReflectionService), reflection);
}

/** The service with its one method at `path`. The method decodes requests strictly. */
function servedAt<Service extends ServiceDefinition>(path: string, service: Service): Service {
  const methods = Object.entries(service).map(([name, method]) => [
    name,
    { ...method, path, requestDeserialize: strictly((bytes) => method.requestDeserialize(Buffer.from(bytes))) },
  ]);
  return Object.fromEntries(methods) as Service;
}
