"""A client that stays in the room by following only the rules under "A client in short" in chat.proto.

Usage: short_rules.py ADDRESS USERNAME PASSWORD RECENT, with the code that protoc generated on the PYTHONPATH.
Prints one line of JSON for each event: its kind, and the id and text of a message. Runs until it is killed.
"""

import json
import queue
import random
import sys
import time
import uuid

import grpc
from obrolan.v1 import chat_pb2, chat_pb2_grpc

# The wait before gRPC reconnects: the first, and the longest.
RECONNECT = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500)]
# Despite its name, this is the time that an attempt has to succeed.
RECONNECT += [("grpc.min_reconnect_backoff_ms", 5_000)]


class Client:
    def __init__(self, channel, room, token, recent):
        self.channel = channel
        self.room = room
        self.metadata = [("authorization", f"Bearer {token}")]
        self.recent = recent
        self.log_id = None
        self.cursor = None

    def stay(self):
        """Rule 5: reconnects whenever the stream ends."""
        wait = 0.05
        while True:
            self.connect()
            try:
                for response in self.stream():
                    wait = 0.05
                    self.take(response)
            except grpc.RpcError as error:
                if error.code() == grpc.StatusCode.UNAUTHENTICATED:
                    raise
            time.sleep(random.uniform(0, wait))
            wait = min(2 * wait, 1)

    def connect(self):
        """Waits for a connection: gRPC connects only while something waits, and a call without it fails."""
        ready = grpc.channel_ready_future(self.channel)
        try:
            ready.result(timeout=5)
        except grpc.FutureTimeoutError:
            ready.cancel()

    def stream(self):
        """Rule 2: waits for `welcome`, and joins."""
        requests = queue.SimpleQueue()
        call = self.room.Chat(iter(requests.get, None), metadata=self.metadata)
        try:
            for response in call:
                for event in response.events:
                    if event.WhichOneof("event") == "welcome":
                        join = self.join(event.welcome)
                        requests.put(chat_pb2.ChatRequest(request_id=str(uuid.uuid4()), join=join))
                yield response
        finally:
            requests.put(None)

    def join(self, welcome):
        if self.log_id == welcome.log_id:
            return chat_pb2.Join(resume_after=self.cursor, log_id=self.log_id)
        recent = min(self.recent, welcome.limits.max_recent)
        self.log_id = welcome.log_id
        self.cursor = max(0, welcome.head_id - recent)
        return chat_pb2.Join(recent=recent)

    def take(self, response):
        """Rule 3: keeps the cursor."""
        for event in response.events:
            kind = event.WhichOneof("event")
            line = {"event": kind}
            if kind == "message":
                line |= {"id": event.message.id, "text": event.message.text}
            elif kind == "caught_up":
                self.cursor = event.caught_up.id
            elif kind == "gap":
                self.cursor = event.gap.oldest_id - 1
            print(json.dumps(line), flush=True)
        if response.cursor != 0:
            self.cursor = response.cursor


def main(address, username, password, recent):
    with grpc.insecure_channel(address, RECONNECT) as channel:
        room = chat_pb2_grpc.ChatServiceStub(channel)
        session = room.Login(chat_pb2.LoginRequest(username=username, password=password))
        Client(channel, room, session.token, int(recent)).stay()


main(*sys.argv[1:])
