import type { Metric } from "./metric.ts";

/** The node counts time in milliseconds, Prometheus in seconds. */
const MS_PER_S = 1_000;

/** The metrics of the node: streams, messages, commits and the log. */
export const nodeMetrics: readonly Metric[] = [
  {
    name: "obrolan_streams",
    help: "Open Chat streams.",
    advice:
      "About one per client in the room, and one file descriptor each. Compare it with `process_open_fds` and the limit of your system (`LimitNOFILE`). If it falls to 0 and rises again, a network or a proxy has cut off all clients.",
    type: "gauge",
    read: ({ stats }) => stats.streams,
  },
  {
    name: "obrolan_connections",
    help: "Open connections of clients.",
    advice:
      "Each client of this project has one. More than `obrolan_streams`: connections that do nothing. `--max-connections` and `--max-connections-per-address` bound them.",
    type: "gauge",
    read: ({ connections }) => connections.open,
  },
  {
    name: "obrolan_refused_connections_total",
    help: "Connections that were closed at once, because as many as `--max-connections` allows were open.",
    advice:
      "If it grows, clients cannot come in: raise `--max-connections` and the limit of open files, or find out who holds so many connections (`obrolan_connections`).",
    type: "counter",
    read: ({ connections }) => connections.refused,
  },
  {
    name: "obrolan_refused_addresses_total",
    help: "Connections that were refused because of the address that they came from, by cause: limit, abuse.",
    advice:
      "`limit`: the address had as many connections as `--max-connections-per-address` allows; raise it if many people are behind that address, or give the proxy there the PROXY protocol. `abuse`: ten connections of the address were closed because they flooded the server. The log has such an address once a minute: block it in front of the server.",
    type: "counter",
    label: "cause",
    readEach: ({ connections: { overAddress, abusers } }) => [
      ["limit", overAddress],
      ["abuse", abusers],
    ],
  },
  {
    name: "obrolan_readers",
    help: "Streams that have joined and read the log.",
    advice: "The other streams have not joined yet. They have 30 s to do so.",
    type: "gauge",
    read: ({ stats }) => stats.readers,
  },
  {
    name: "obrolan_readers_behind",
    help: "Readers that are behind the part of the log in memory and read pages from the store.",
    advice:
      "High for seconds after a restart: all clients are catching up. High permanently: clients that are too slow for the load. They delay no other client, but `obrolan_page_read_seconds` shows their cost. All readers at once: the network of this machine is too slow.",
    type: "gauge",
    read: ({ stats }) => stats.readersBehind,
  },
  {
    name: "obrolan_streams_opened_total",
    help: "Streams that were accepted.",
    advice:
      "If it grows much faster than `obrolan_streams` changes, clients reconnect again and again. `obrolan_streams_ended_total` says why their streams ended.",
    type: "counter",
    read: ({ counters }) => counters.streamsOpened,
  },
  {
    name: "obrolan_streams_ended_total",
    help: "Streams that ended, by reason: the reason of the goodbye, or left, broke-off, stalled.",
    advice:
      "`left`: the client ended the stream. `broke-off`: a lost connection or a cancelled call; many mean a bad network, or a proxy with a time limit. `stalled`: the server reset the stream because the client read nothing for 2 minutes. `JOIN_TIMEOUT`: a client that does not follow the contract.",
    type: "counter",
    label: "reason",
    readEach: ({ counters }) => counters.streamsEnded.entries(),
  },
  {
    name: "obrolan_deliveries_total",
    help: "Entries of the log in responses: messages, edits and deletions. One that ten streams receive counts ten times.",
    advice:
      "The load of the room. Its rate divided by the rate of `obrolan_response_events_count` is the number of entries per write. [performance](performance.md) says how many a core can deliver.",
    type: "counter",
    read: ({ counters }) => counters.deliveries,
  },
  {
    name: "obrolan_response_events",
    help: "Events per response. Its count is the number of responses.",
    advice:
      "1 or 2 without load. It grows with the load, because the server then puts more events into each write; it rises before latency does. High while `obrolan_event_loop_busy_seconds_total` is low: clients or the network read slowly.",
    type: "histogram",
    histogram: ({ counters }) => counters.responseEvents,
    scale: 1,
  },
  {
    name: "obrolan_response_bytes_total",
    help: "Bytes of responses, without framing and TLS.",
    advice: "If its rate is near the capacity of the network, use a faster network.",
    type: "counter",
    read: ({ counters }) => counters.responseBytes,
  },
  {
    name: "obrolan_accepted_total",
    help: "Messages, edits and deletions that were accepted, and therefore are on disk.",
    advice:
      "The number of messages sent in the room. If it does not grow although people write, look at `obrolan_rejected_total`.",
    type: "counter",
    read: ({ counters }) => counters.accepted,
  },
  {
    name: "obrolan_accepted_changes_total",
    help: "Edits and deletions that were accepted, by command. `obrolan_accepted_total` counts them too.",
    advice:
      "A small part of `obrolan_accepted_total`. If most of what is accepted is edits, a client uses a message as a display: each edit is an entry of the log, and a commit.",
    type: "counter",
    label: "command",
    readEach: ({ counters }) => counters.changes.entries(),
  },
  {
    name: "obrolan_duplicates_total",
    help: "Commands that a client sent again and that were answered with the message, edit or deletion of the first time.",
    advice: "A few after each lost connection. Many: connections are lost while messages are in flight.",
    type: "counter",
    read: ({ counters }) => counters.duplicates,
  },
  {
    name: "obrolan_rejected_total",
    help: "Commands that were rejected, by reason.",
    advice:
      "`STORE_UNAVAILABLE` needs attention at once: the disk is full or broken, or the database is unavailable. Many `RATE_LIMITED`: a client floods, or `--messages-per-second` and `--burst` are too low for your users. `MESSAGE_UNKNOWN` occurs when two devices delete the same message. The other reasons are errors of clients.",
    type: "counter",
    label: "reason",
    readEach: ({ counters }) => counters.rejected.entries(),
  },
  {
    name: "obrolan_history_seconds",
    help: "Time in which the store reads a page of the history. Its count is the number of pages.",
    advice:
      "Slow pages: the log is larger than the system's file cache, or the store is busy. A high rate from few users: a client reads the whole log again and again.",
    type: "histogram",
    histogram: ({ counters }) => counters.historyTimes,
    scale: MS_PER_S,
  },
  {
    name: "obrolan_search_seconds",
    help: "Time of a search, with its wait for the searches before it. Its count is the number of searches.",
    advice:
      "Most take a few milliseconds. Slow ones: users search for one or two letters (`a*`), or for words that are in nearly every message, or the index is larger than the system's file cache. A search delays other searches and nothing else.",
    type: "histogram",
    histogram: ({ counters }) => counters.searchTimes,
    scale: MS_PER_S,
  },
  {
    name: "obrolan_searches_total",
    help: "Searches that the index answered, by outcome: found, nothing, building, too-costly.",
    advice:
      "`building`: the search needed messages that are not indexed yet, see `obrolan_search_index_behind_seconds`. `too-costly`: it took longer than 1 s and had found nothing; a few are searches without sense, many mean that the disk or the database is too slow for the log.",
    type: "counter",
    label: "outcome",
    readEach: ({ counters }) => counters.searches.entries(),
  },
  {
    name: "obrolan_search_index_behind_seconds",
    help: "How long this node has been indexing messages without having come to the end of the log. 0: the index is complete.",
    advice:
      "Minutes after an upgrade that builds the index anew, for 1,000,000 messages about one on SQLite and four on PostgreSQL. Above 1 otherwise: messages are found late, because more are sent than the store can index, or because the store fails; the log has the error then. Of several nodes one indexes at a time, and the others have 0.",
    type: "gauge",
    read: ({ stats }) => stats.indexBehindMs / MS_PER_S,
  },
  {
    name: "obrolan_mark_read_total",
    help: "Calls of MarkRead that the store answered, by whether the marker moved or stayed.",
    advice:
      "Each call that moves a marker is a write. If there are many more of them than messages, a client should call it when its user has read, and not for each message.",
    type: "counter",
    label: "marker",
    readEach: ({ counters }) => counters.markReads.entries(),
  },
  {
    name: "obrolan_sign_ins_total",
    help: "Sessions that were created by Register or Login.",
    advice: "Many from few people: a client signs in each time and does not keep its token.",
    type: "counter",
    read: ({ calls }) => calls.signIns,
  },
  {
    name: "obrolan_failed_calls_total",
    help: "Calls that were refused or failed, by reason.",
    advice:
      "`BAD_CREDENTIALS` and `TOO_MANY_ATTEMPTS`: an attacker guesses passwords. `OVERLOADED`: see `obrolan_hashes_waiting`; or a client has more than 4 calls of History, Search and MarkRead at once. `INTERNAL` is a bug in the server: its log has the cause; please report it.",
    type: "counter",
    label: "reason",
    readEach: ({ calls }) => calls.failedCalls.entries(),
  },
  {
    name: "obrolan_commit_seconds",
    help: "Time of a commit, from the hand-over to the store until it is on disk.",
    advice:
      "0.3 to 5 ms on an SSD. More: the disk is slow or shared. Each message waits for one or two commits, and `obrolan_commit_messages` grows. Give the data folder a disk of its own. With a database, look at its disk, its standby, and how many servers commit at the same time.",
    type: "histogram",
    histogram: ({ counters }) => counters.log.commitTimes,
    scale: MS_PER_S,
  },
  {
    name: "obrolan_commit_messages",
    help: "Messages, edits and deletions per commit.",
    advice:
      "1 without load; more under load or with a slow disk. The maximum is 1,000: then messages arrive faster than the disk can write them.",
    type: "histogram",
    histogram: ({ counters }) => counters.log.commitMessages,
    scale: 1,
  },
  {
    name: "obrolan_commits_failed_total",
    help: "Commits that the store refused or did not answer.",
    advice: "Look at the log after each one. In most cases the disk is full, or the database is unavailable.",
    type: "counter",
    read: ({ counters }) => counters.log.commitsFailed,
  },
  {
    name: "obrolan_store_available",
    help: "1 if the store answers, 0 if it does not. The server asks twice a second.",
    advice:
      "0 needs attention at once: no user can send or sign in, and `grpc.health.v1` reports NOT_SERVING for `obrolan.v1.ChatService`. Open streams stay open and continue when the store answers again. The log has the cause.",
    type: "gauge",
    read: ({ stats }) => (stats.storeAnswers ? 1 : 0),
  },
  {
    name: "obrolan_commit_waiting_messages",
    help: "Messages, edits and deletions that wait for the next commits.",
    advice:
      "Above 0 for longer than a moment: the disk is too slow. If the messages exceed 32 MiB, the server stops reading requests until there is space again.",
    type: "gauge",
    read: ({ stats }) => stats.commitsWaiting,
  },
  {
    name: "obrolan_page_read_seconds",
    help: "Time in which the store reads a page of the log. Its count is the number of pages.",
    advice:
      "Pages are read for readers that are behind. A high rate with few `obrolan_readers_behind`: the readers are far apart in the log and share no pages. Slow reads: the log is larger than the system's file cache.",
    type: "histogram",
    histogram: ({ counters }) => counters.log.pageReadTimes,
    scale: MS_PER_S,
  },
  {
    name: "obrolan_hashes",
    help: "Password hashes in progress.",
    advice: "At most 2, each about 20 ms of a core. Always 2: see `obrolan_hashes_waiting`.",
    type: "gauge",
    read: ({ hashes }) => hashes.running,
  },
  {
    name: "obrolan_hashes_waiting",
    help: "Password hashes that wait to start.",
    advice:
      "Each one is a user who waits to sign in. At 200, further ones are refused with `OVERLOADED`. High while `obrolan_failed_calls_total` grows: an attack; block its addresses in front of the server. High otherwise: clients should keep their tokens.",
    type: "gauge",
    read: ({ hashes }) => hashes.waiting,
  },
  {
    name: "obrolan_log_head_id",
    help: "The id of the newest entry of the log.",
    advice:
      "It only grows. If it falls, the log has regressed: it was restored from a backup, or a standby without the newest messages has taken over.",
    type: "gauge",
    read: ({ stats }) => stats.headId,
  },
  {
    name: "obrolan_log_oldest_id",
    help: "The id of the oldest stored entry, or the next id if no entry is stored.",
    advice: "Together with `obrolan_log_head_id` it says how many entries the store has.",
    type: "gauge",
    read: ({ stats }) => stats.oldestId,
  },
];
