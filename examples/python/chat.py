"""A complete chat client in Python, made from chat.proto alone: input and output. room.py is the rest.

    python chat.py [--server HOST:PORT] [--state FILE] [--recent N] [--json] [register NAME | login NAME]

It keeps the token and the cursor in the state file. Without `register` or `login` it signs in with that token. If
standard input is not a terminal, its first line is the password. All other lines are commands: `sendall TEXT`,
`sendto NAME TEXT`, `list`, `logout`, `help`. At the end of the input it waits for all replies and leaves.
"""

import argparse
import getpass
import json
import sys
import threading

import grpc
from obrolan.v1 import chat_pb2 as pb
from room import CHANNEL_OPTIONS, Client, State, reason_of


def printable(text):
    """Replaces control characters, which a terminal would obey."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def show_as_json(kind, facts):
    print(json.dumps({kind: facts}), flush=True)


def show_as_text(kind, facts):
    if kind == "message":
        to = f" -> {facts['recipient']}" if "recipient" in facts else ""
        print(f"{facts['sender']}{to}: {printable(facts['text'])}", flush=True)
    elif kind == "help":
        for command in facts["commands"]:
            print(f"* {command['usage']}: {command['summary']}", flush=True)
    elif kind not in ("welcome", "accepted"):
        print(f"* {kind} {printable(json.dumps(facts, ensure_ascii=False))}", flush=True)


def read_input(client):
    for line in sys.stdin:
        client.type(line.rstrip("\r\n"))
    client.outbox.close()


def main():
    parser = argparse.ArgumentParser(description="A chat client made from chat.proto alone.")
    parser.add_argument("--server", default="127.0.0.1:50051", metavar="HOST:PORT")
    parser.add_argument("--tls", action="store_true", help="needed for every server but one on this machine")
    parser.add_argument("--state", default="obrolan-state.json", metavar="FILE")
    parser.add_argument("--recent", type=int, default=20, metavar="N")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("how", nargs="?", choices=["register", "login"])
    parser.add_argument("name", nargs="?")
    args = parser.parse_args()
    if args.how and not args.name:
        parser.error(f"{args.how} needs a NAME")
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")

    state = State(args.state)
    if args.tls:
        channel = grpc.secure_channel(args.server, grpc.ssl_channel_credentials(), CHANNEL_OPTIONS)
    else:
        channel = grpc.insecure_channel(args.server, CHANNEL_OPTIONS)
    with channel:
        client = Client(channel, state, args.recent, show_as_json if args.json else show_as_text)
        if args.how:
            password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
            credentials = {"username": args.name, "password": password}
            try:
                if args.how == "register":
                    client.sign_in(client.chat.Register, pb.RegisterRequest(**credentials))
                else:
                    client.sign_in(client.chat.Login, pb.LoginRequest(**credentials))
            except grpc.RpcError as error:
                return client.give_up(reason_of(error), error.details())
        elif not state.token:
            parser.error("the state file has no token: give register NAME or login NAME")
        threading.Thread(target=read_input, args=[client], daemon=True).start()
        return client.run()


if __name__ == "__main__":
    sys.exit(main())
