import type { NewStoreFixture } from "../support/storeFixture.ts";
import { describeAppending } from "./log/appending.ts";
import { describeChanges } from "./log/changes.ts";
import { describeHistory } from "./log/history.ts";
import { describeReading } from "./log/reading.ts";
import { describeRecent } from "./log/recent.ts";
import { describeReplies } from "./log/replies.ts";
import { describeRequestIds } from "./log/requestIds.ts";
import { describeSentAt } from "./log/sentAt.ts";
import { describeTexts } from "./log/texts.ts";
import { describeTruncation } from "./log/truncation.ts";

/** Tests the contract of `LogStore` (src/server/log/ports/logStore.ts). */
export function describeLogStore(name: string, newFixture: NewStoreFixture): void {
  describe(`The log of ${name}`, () => {
    describeAppending(newFixture);
    describeRequestIds(newFixture);
    describeSentAt(newFixture);
    describeTexts(newFixture);
    describeReading(newFixture);
    describeRecent(newFixture);
    describeHistory(newFixture);
    describeReplies(newFixture);
    describeChanges(newFixture);
    describeTruncation(newFixture);
  });
}
