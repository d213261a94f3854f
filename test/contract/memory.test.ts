import { LocalBus, MemoryFailedLogins, MemoryRoster } from "../../src/server/engines/memory/index.ts";
import { describeAttempts } from "./attempts.ts";
import { describeBus } from "./bus.ts";
import { describeRoster } from "./roster.ts";

const close = async () => {};

describeRoster("one node", async () => ({ roster: new MemoryRoster(), close }));
describeAttempts("one node", async () => ({ attempts: new MemoryFailedLogins(), close }));
describeBus("one node", async () => ({ bus: new LocalBus(), close }));
