import { maySee } from "../../rig/history.ts";
import { LibraryUser } from "../../rig/libraryUser.ts";
import { type Account, type LoadOptions, UserGroup } from "../../rig/userGroup.ts";
import { WireUser } from "../../rig/wireUser.ts";
import type { Cluster } from "./cluster.ts";
import { Front } from "./front.ts";
import { listed } from "./listed.ts";

/** Who is in a room, and what they say. */
export interface RoomOptions extends LoadOptions {
  readonly users: number;
  readonly clients: number;
  /** Every how many-th client uses the client library; the others are on the wire. Default: 4. */
  readonly libraryEvery?: number;
}

/** People spread over the nodes of a cluster: those on the wire come back to another node each time, the library's to whichever answers. */
export class ClusterRoom {
  readonly group = new UserGroup(true);
  readonly users: readonly Account[];
  /** Between the clients that use the library and all nodes. */
  readonly front: Front;
  readonly #cluster: Cluster;

  private constructor(cluster: Cluster, users: readonly Account[], front: Front) {
    this.#cluster = cluster;
    this.users = users;
    this.front = front;
  }

  /** Registers the users and lets their clients in, who talk from now on. */
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

  /** Waits until the list is the same on every node, and all users are on it, who all have clients. */
  async everyoneListed(): Promise<void> {
    const names = this.users.map(({ username }) => username).sort();
    for (const node of this.#cluster.nodes) await listed(node, this.users[0] as Account, names);
  }

  /** As in `UserGroup`. PostgreSQL itself says what the log is. */
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

  /** The log as each user must have seen it, as if a client of theirs had asked for all of it. */
  async #audit(): Promise<void> {
    const messages = (await this.#cluster.database.messages()).map((message) => ({
      kind: "message" as const,
      ...message,
    }));
    const id = messages.at(-1)?.id ?? 0;
    for (const { username } of this.users) {
      const join = { resumeAfter: 0, logId: "", recent: 0 };
      const stream = this.group.recorder.stream(username, `what PostgreSQL has for ${username}`, join);
      for (const message of messages) if (maySee(username, message)) stream.seen.push(message);
      stream.seen.push({ kind: "caughtUp", id });
      stream.complete = true;
    }
  }
}

/** Rooms of a `describe`; nothing of them is left after each test. Belongs behind `useClusters`, whose nodes end first. */
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
