import { maySee } from "../../rig/history.ts";
import { LibraryUser } from "../../rig/libraryUser.ts";
import { type Account, type LoadOptions, UserGroup } from "../../rig/userGroup.ts";
import { WireUser } from "../../rig/wireUser.ts";
import type { Cluster } from "./cluster.ts";
import { Front } from "./front.ts";
import { listed } from "./listed.ts";

/** The users of a room, and what they send. */
export interface RoomOptions extends LoadOptions {
  readonly users: number;
  readonly clients: number;
  /** Every n-th client uses the client library, and the others are on the wire. Default: 4. */
  readonly libraryEvery?: number;
}

/**
 * Virtual users over all nodes of a cluster: wire users reconnect to another node each time, library users to any
 * node that serves.
 */
export class ClusterRoom {
  readonly group = new UserGroup(true);
  readonly users: readonly Account[];
  /** The load balancer between the library users and the nodes. */
  readonly front: Front;
  readonly #cluster: Cluster;

  private constructor(cluster: Cluster, users: readonly Account[], front: Front) {
    this.#cluster = cluster;
    this.users = users;
    this.front = front;
  }

  /** Registers the users, and starts their clients, which send from now on. */
  static async open(
    cluster: Cluster,
    { users, clients, libraryEvery = 4, ...load }: RoomOptions,
  ): Promise<ClusterRoom> {
    const names = Array.from({ length: users }, (_, i) => `user-${i + 1}`);
    const registered = await cluster.register(...names);
    const front = await Front.start(cluster);
    const room = new ClusterRoom(cluster, registered, front);
    for (let i = 0; i < clients; i++) room.#add(i, i % libraryEvery === 0);
    room.group.startLoad(load);
    return room;
  }

  /** Waits until every node lists all users. Each user must have a client. */
  async everyoneListed(): Promise<void> {
    const names = this.users.map(({ username }) => username).sort();
    for (const node of this.#cluster.nodes) await listed(node, this.users[0] as Account, names);
  }

  /** As in `UserGroup`. The audit reads the log from PostgreSQL. */
  async finish(test: Mocha.Context, name: string, least: number): Promise<void> {
    await this.group.finish(test, { name, least, audit: () => this.#audit() });
  }

  async close(): Promise<void> {
    this.group.abandon();
    await this.front.close();
  }

  #add(i: number, usesLibrary: boolean): void {
    const user = this.users[i % this.users.length] as Account;
    const client = `client ${i + 1} of ${user.username}`;
    if (usesLibrary) {
      this.group.add(LibraryUser, user, client, () => this.front.port);
      return;
    }
    let node = i;
    this.group.add(WireUser, user, client, () => this.#cluster.node(node++).port);
  }

  /** Records the log of PostgreSQL for each user, as if one more client of the user had read all of it. */
  async #audit(): Promise<void> {
    const entries = await this.#cluster.database.entries();
    const id = entries.at(-1)?.entry.id ?? 0;
    const logId = this.group.recorder.history.streams.find(({ welcome }) => welcome)?.welcome?.logId ?? "";
    for (const { username } of this.users) {
      const join = { resumeAfter: 0, logId: "", recent: 0 };
      const stream = this.group.recorder.stream(username, `what PostgreSQL has for ${username}`, join);
      stream.welcome = { logId, headId: id };
      for (const { entry, message } of entries) if (maySee(username, message)) stream.seen.push(entry);
      stream.seen.push({ kind: "caughtUp", id });
      stream.complete = true;
    }
  }
}

/**
 * Rooms of a `describe`. They are closed after each test. Call it after `useClusters`, whose nodes end first.
 */
export function useRooms(): (cluster: Cluster, options: RoomOptions) => Promise<ClusterRoom> {
  const rooms: ClusterRoom[] = [];
  afterEach(async () => {
    for (const room of rooms.splice(0)) await room.close();
  });
  return async (cluster, options) => {
    const room = await ClusterRoom.open(cluster, options);
    rooms.push(room);
    return room;
  };
}
