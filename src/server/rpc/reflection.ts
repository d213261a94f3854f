import { readFile } from "node:fs/promises";
import type { ServiceDefinition } from "@grpc/grpc-js";
import type { Server } from "nice-grpc";
import { ServerReflection, ServerReflectionService } from "nice-grpc-server-reflection";

const DESCRIPTORS = new URL("../../gen/obrolan.binpb", import.meta.url);
const SERVICES = ["obrolan.v1.ChatService", "grpc.health.v1.Health"];

/** Serves reflection, as v1 and for older tools as v1alpha, which differs in its name alone. */
export async function addReflection(server: Server): Promise<void> {
  const reflection = ServerReflection(await readFile(DESCRIPTORS), SERVICES);
  server.add(ServerReflectionService, reflection);
  server.add(asV1Alpha(ServerReflectionService), reflection);
}

function asV1Alpha<Service extends ServiceDefinition>(service: Service): Service {
  const methods = Object.entries(service).map(([name, method]) => [
    name,
    { ...method, path: method.path.replace(".v1.", ".v1alpha.") },
  ]);
  return Object.fromEntries(methods) as Service;
}
