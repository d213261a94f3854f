import type { NewStoreFixture } from "../support/storeFixture.ts";
import { describeAppending } from "./log/appending.ts";
import { describeForgetting } from "./log/forgetting.ts";
import { describeReading } from "./log/reading.ts";
import { describeRecent } from "./log/recent.ts";
import { describeRequestIds } from "./log/requestIds.ts";
import { describeSentAt } from "./log/sentAt.ts";
import { describeTexts } from "./log/texts.ts";

/** Tests the contract of `LogStore` (src/server/log/ports/logStore.ts). */
export function describeLogStore(name: string, place: NewStoreFixture): void {
  describe(`The log of ${name}`, () => {
    describeAppending(place);
    describeRequestIds(place);
    describeSentAt(place);
    describeTexts(place);
    describeReading(place);
    describeRecent(place);
    describeForgetting(place);
  });
}
