import { NodeSecrets } from "../../src/server/engines/secrets/index.ts";
import { describeSecrets } from "./secrets.ts";

describeSecrets("Node", async () => ({ secrets: new NodeSecrets() }));
