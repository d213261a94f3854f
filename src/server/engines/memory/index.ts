export { MemoryFailedLogins } from "./attempts.ts";
export { LocalBus } from "./bus.ts";
export { MemoryRoster } from "./roster.ts";
