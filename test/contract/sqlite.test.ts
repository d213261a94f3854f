import { sqliteFixture } from "../support/sqliteFixture.ts";
import { describeAccountStore } from "./accounts.ts";
import { describeClockMark } from "./clockMark.ts";
import { describeLogStore } from "./log.ts";
import { describeReadMarkers } from "./readMarkers.ts";
import { describeSearchIndex } from "./search.ts";
import { describeSessionStore } from "./sessions.ts";

describeLogStore("SQLite", sqliteFixture);
describeAccountStore("SQLite", sqliteFixture);
describeSessionStore("SQLite", sqliteFixture);
describeClockMark("SQLite", sqliteFixture);
describeReadMarkers("SQLite", sqliteFixture);
describeSearchIndex("SQLite", sqliteFixture);
