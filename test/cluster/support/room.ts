import { maySee } from "../../rig/history.ts";
import { LibraryUser } from "../../rig/libraryUser.ts";
import { type Account, type LoadOptions, UserGroup } from "../../rig/userGroup.ts";
import { WireUser } from "../../rig/wireUser.ts";
import type { Cluster } from "./cluster.ts";
import { Front } from "./front.ts";
import { listed } from "./listed.ts";

/** The users of a room and their load. */
export interface RoomOptions extends LoadOptions {
  readonly users: number;
  readonly clients: number;
  /** Every n-th client uses the client library, and the others the wire. Default: 4. */
  readonly libraryEvery?: number;
}

/**
 * Virtual users on all nodes of a cluster. A wire user reconnects to the next node each time, a library user to any
 * node that serves.
 */
export class ClusterRoom {
  readonly group = new UserGroup(true);
  readonly users: readonly Account[];
  /** The load balancer of the library users. */
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

  /** Records the whole log as one more stream of each user. */
  async #audit(): Promise<void> {
    const messages = (await this.#cluster.database.messages()).map((message) => ({
      kind: "message" as const,
      ...message,
    }));
    const id = messages.at(-1)?.id ?? 0;
    for (const { username } of this.users) {
      const join = { resumeAfter: 0, logId: "", recent: 0 };
      const stream = this.group.recorder.stream(username, `the log in PostgreSQL for ${username}`, join);
      for (const message of messages) if (maySee(username, message)) stream.seen.push(message);
      stream.seen.push({ kind: "caughtUp", id });
      stream.complete = true;
    }
  }
}

/** Opens rooms, and closes them after each test. Call it after `useClusters`, so that the nodes end first. */
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
