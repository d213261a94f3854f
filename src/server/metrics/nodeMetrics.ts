import type { Metric } from "./metric.ts";

/** Values of a second, in what the room counts time in. */
const MS = 1_000;

/** What the room tells of itself. */
export const nodeMetrics: readonly Metric[] = [
  {
    name: "obrolan_streams",
    help: "Open Chat streams.",
    advice:
      "About one for each client that is in the room, and one file descriptor each. Compare it with `process_open_fds` and the limit of your system (`LimitNOFILE`). A fall to 0 and a climb back is a network or a proxy that cut everybody off.",
    type: "gauge",
    read: ({ stats }) => stats.streams,
  },
  {
    name: "obrolan_readers",
    help: "Streams that have joined, and read the log.",
    advice: "Streams that are not readers have yet to join; they have 30 s for it.",
    type: "gauge",
    read: ({ stats }) => stats.readers,
  },
  {
    name: "obrolan_readers_behind",
    help: "Readers that are behind what is kept in memory, and read pages of the store.",
    advice:
      "High for seconds after a restart: everybody is catching up. High for good: clients that are too slow for what is said; they harm nobody, but what they cost shows in `obrolan_page_read_seconds`. All of them at once: the way out of this machine is too narrow.",
    type: "gauge",
    read: ({ stats }) => stats.readersBehind,
  },
  {
    name: "obrolan_streams_opened_total",
    help: "Streams that were let in.",
    advice:
      "Growing much faster than `obrolan_streams` changes: clients that come back again and again. `obrolan_streams_ended_total` says why they went.",
    type: "counter",
    read: ({ counters }) => counters.streamsOpened,
  },
  {
    name: "obrolan_streams_ended_total",
    help: "Streams that ended, by reason: that of the goodbye, or left, broke-off, stalled.",
    advice:
      "`left` is a client that went. `broke-off` is a lost connection or a cancelled call: many mean a bad network, or a proxy with a time limit. `stalled` is one that was reset since it took nothing for 2 minutes. `JOIN_TIMEOUT` is a client that does not know the contract.",
    type: "counter",
    label: "reason",
    readEach: ({ counters }) => counters.streamsEnded.entries(),
  },
  {
    name: "obrolan_deliveries_total",
    help: "Messages in responses: one that ten streams get is ten.",
    advice:
      "The load of the room. Its rate over that of `obrolan_response_events_count` is how much is gathered into one write; [performance](performance.md) says what a core can do.",
    type: "counter",
    read: ({ counters }) => counters.deliveries,
  },
  {
    name: "obrolan_response_events",
    help: "Events in a response; its count is how many responses there were.",
    advice:
      "1 or 2 at rest. It grows with the load, which is how the server keeps up: a rise of it comes before a rise of latency. High while `obrolan_event_loop_busy_seconds_total` is low: clients, or the network, take responses slowly.",
    type: "histogram",
    distribution: ({ counters }) => counters.responseEvents,
    scale: 1,
  },
  {
    name: "obrolan_response_bytes_total",
    help: "Bytes of responses, before framing and TLS.",
    advice: "Near what the network carries: a wider network, or a shorter `max_text_bytes`.",
    type: "counter",
    read: ({ counters }) => counters.responseBytes,
  },
  {
    name: "obrolan_accepted_total",
    help: "Messages that were accepted: they are on disk.",
    advice: "What is said in the room. No growth while people write: look at `obrolan_rejected_total`.",
    type: "counter",
    read: ({ counters }) => counters.accepted,
  },
  {
    name: "obrolan_duplicates_total",
    help: "Commands that came again and were answered with the message that they had become.",
    advice: "A few after each lost connection. Many: connections that are lost while messages are under way.",
    type: "counter",
    read: ({ counters }) => counters.duplicates,
  },
  {
    name: "obrolan_rejected_total",
    help: "Commands that were refused, by reason.",
    advice:
      "`STORE_UNAVAILABLE` wants you at once: the disk is full or broken, or the database is away. Many `RATE_LIMITED`: a client that floods, or `--messages-per-second` and `--burst` are too low for how your people write. The others are mistakes of clients.",
    type: "counter",
    label: "reason",
    readEach: ({ counters }) => counters.rejected.entries(),
  },
  {
    name: "obrolan_sign_ins_total",
    help: "Sessions that began, by Register or Login.",
    advice: "Many from few people: a client that signs in each time in place of keeping its token.",
    type: "counter",
    read: ({ calls }) => calls.signIns,
  },
  {
    name: "obrolan_failed_calls_total",
    help: "Calls that were refused or failed, by reason.",
    advice:
      "`BAD_CREDENTIALS` and `TOO_MANY_ATTEMPTS`: somebody guesses passwords. `OVERLOADED`: see `obrolan_hashes_waiting`. `INTERNAL` is a fault of the server: its log has the cause; please report it.",
    type: "counter",
    label: "reason",
    readEach: ({ calls }) => calls.failedCalls.entries(),
  },
  {
    name: "obrolan_commit_seconds",
    help: "How long a commit took, from handing it to the store until it was on disk.",
    advice:
      "0.3 to 5 ms on an SSD. More: the disk is slow, or shared; every message waits for one or two of these, and `obrolan_commit_messages` grows. Give the data folder a disk of its own. With a database: its disk, its standby, or many servers whose commits wait for one another.",
    type: "histogram",
    distribution: ({ counters }) => counters.commitTimes,
    scale: MS,
  },
  {
    name: "obrolan_commit_messages",
    help: "How many messages a commit had.",
    advice:
      "1 at rest; more under load, or with a slow disk. 1,000 is the most: then messages come faster than the disk takes them.",
    type: "histogram",
    distribution: ({ counters }) => counters.commitMessages,
    scale: 1,
  },
  {
    name: "obrolan_commits_failed_total",
    help: "Commits that the store refused, or did not answer.",
    advice: "Any is worth a look: the log says why, and most often the disk is full, or the database is away.",
    type: "counter",
    read: ({ counters }) => counters.commitsFailed,
  },
  {
    name: "obrolan_store_available",
    help: "1 while the store answers, 0 while it does not; it is looked at twice a second.",
    advice:
      "0 wants you at once: nobody can send or come in, and `grpc.health.v1` says NOT_SERVING for `obrolan.v1.ChatService`. Who is in the room stays there, and goes on by itself when the store is back. The log says what was wrong.",
    type: "gauge",
    read: ({ stats }) => (stats.storeAnswers ? 1 : 0),
  },
  {
    name: "obrolan_commit_waiting_messages",
    help: "Messages that wait for the next commits.",
    advice:
      "Above 0 for longer than a moment: the disk cannot keep up. Past 32 MiB the server stops reading requests until it can.",
    type: "gauge",
    read: ({ stats }) => stats.commitsWaiting,
  },
  {
    name: "obrolan_page_read_seconds",
    help: "How long the store took for a page of the log; its count is how many were read.",
    advice:
      "Pages are read for readers that are behind. A high rate with few `obrolan_readers_behind`: they are far apart, each in a part of the log of its own. Slow reads: the log is larger than what the system keeps of the disk in memory.",
    type: "histogram",
    distribution: ({ counters }) => counters.pageReadTimes,
    scale: MS,
  },
  {
    name: "obrolan_hashes",
    help: "Password hashes that are being made.",
    advice: "At most 2, each about 20 ms of a core. At 2 all the time: see `obrolan_hashes_waiting`.",
    type: "gauge",
    read: ({ hashes }) => hashes.running,
  },
  {
    name: "obrolan_hashes_waiting",
    help: "Password hashes that wait for their turn.",
    advice:
      "Each is somebody who waits to sign in. At 200 further ones are refused with `OVERLOADED`. High while `obrolan_failed_calls_total` grows: an attack; block its addresses in front of the server. High otherwise: clients should keep their tokens.",
    type: "gauge",
    read: ({ hashes }) => hashes.waiting,
  },
  {
    name: "obrolan_log_head_id",
    help: "The id of the newest message.",
    advice: "It only grows. A fall is another log: a backup was restored.",
    type: "gauge",
    read: ({ stats }) => stats.headId,
  },
  {
    name: "obrolan_log_oldest_id",
    help: "The id of the oldest message kept, or of the next one where there is none.",
    advice: "With `obrolan_log_head_id` it says how many messages the store keeps.",
    type: "gauge",
    read: ({ stats }) => stats.oldestId,
  },
];
