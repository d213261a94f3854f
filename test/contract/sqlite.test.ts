import { sqlitePlace } from "../support/sqliteFixture.ts";
import { describeAccountStore } from "./accounts.ts";
import { describeClockMark } from "./clockMark.ts";
import { describeLogStore } from "./log.ts";
import { describeSessionStore } from "./sessions.ts";

describeLogStore("SQLite", sqlitePlace);
describeAccountStore("SQLite", sqlitePlace);
describeSessionStore("SQLite", sqlitePlace);
describeClockMark("SQLite", sqlitePlace);
