"""The part of the client that implements the contract. chat.proto begins with rules 1 to 5."""

import json
import os
import random
import threading
import time
import uuid

import grpc
from google.protobuf.json_format import MessageToDict
from obrolan.v1 import chat_pb2 as pb
from obrolan.v1 import chat_pb2_grpc

CHANNEL_OPTIONS = [
    # A dead server is detected within 30 s.
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    # By default gRPC waits up to two minutes before it reconnects, and calls fail meanwhile.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # Despite its name, this is the time that an attempt has for TCP, TLS and the first frame of HTTP/2.
    ("grpc.min_reconnect_backoff_ms", 5_000),
]
CALL_TIMEOUT_S = 10
CONNECT_TIMEOUT_S = 10
LONGEST_WAIT_S = 5
MOST_COMMANDS_WAITING = 100


class State:
    """The state that is kept between runs: the token, the cursor, and the log of the cursor."""

    def __init__(self, path):
        self.path = path
        self.username = self.token = self.log_id = ""
        self.cursor = None
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                kept = json.load(file)
            self.username, self.token = kept["username"], kept["token"]
            self.log_id, self.cursor = kept["log_id"], kept["cursor"]

    def signed_in(self, response):
        if response.username != self.username:
            self.log_id, self.cursor = "", None
        self.username, self.token = response.username, response.token
        self.save()

    def save(self):
        kept = {"username": self.username, "token": self.token, "log_id": self.log_id, "cursor": self.cursor}
        # The file contains a secret, and stays complete if the process is killed while it writes.
        descriptor = os.open(self.path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(kept, file)
        os.replace(self.path + ".new", self.path)


class Command:
    """A command without a reply. Rule 4: every resend has the same request_id."""

    def __init__(self, line):
        self.request = pb.ChatRequest(request_id=str(uuid.uuid4()), text_command=line)
        self.sent_on = None
        self.not_before = 0.0


class Outbox:
    """The commands without a reply, oldest first. The input adds commands, and the current stream sends them."""

    def __init__(self):
        self.commands = []
        self.closed = False
        self.changed = threading.Condition()

    def put(self, line):
        with self.changed:
            self.changed.wait_for(lambda: len(self.commands) < MOST_COMMANDS_WAITING)
            self.commands.append(Command(line))
            self.changed.notify_all()

    def close(self):
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def next_for(self, stream):
        """Waits for the next command to send on this stream. None: end the client's side."""
        with self.changed:
            while not stream.is_over and not self.is_done():
                unsent = next((command for command in self.commands if command.sent_on is not stream), None)
                wait_s = unsent and unsent.not_before - time.monotonic()
                if unsent and wait_s <= 0:
                    unsent.sent_on = stream
                    return unsent.request
                self.changed.wait(wait_s)
            return None

    def is_done(self):
        return self.closed and not self.commands

    def answered(self, request_id):
        with self.changed:
            self.commands = [command for command in self.commands if command.request.request_id != request_id]
            self.changed.notify_all()

    def again_after(self, request_id, wait_s):
        with self.changed:
            for command in self.commands:
                if command.request.request_id == request_id:
                    command.sent_on, command.not_before = None, time.monotonic() + wait_s
            self.changed.notify_all()

    def drop_oldest_sent_on(self, stream):
        with self.changed:
            bad = next((command for command in self.commands if command.sent_on is stream), None)
            if bad:
                self.commands.remove(bad)
            self.changed.notify_all()
            return bad


class Stream:
    """The state of one Chat call."""

    def __init__(self):
        self.join = None
        self.has_joined = False
        self.goodbye = None
        self.is_over = False


class Client:
    def __init__(self, channel, state, recent, show):
        self.channel = channel
        self.chat = chat_pb2_grpc.ChatServiceStub(channel)
        self.state, self.recent, self.show = state, recent, show
        self.outbox = Outbox()
        self.in_room = threading.Event()
        self.logged_out = False

    def sign_in(self, call, request):
        """Rule 1."""
        self.state.signed_in(call(request, timeout=CALL_TIMEOUT_S))

    def bearer(self):
        return [("authorization", f"Bearer {self.state.token}")]

    def type(self, line):
        """Runs the commands of the client; sends all others to the server."""
        word = line.split(" ")[0].lower()
        try:
            if word == "list":
                self.list()
            elif word == "logout":
                self.logged_out = True
                self.chat.Logout(pb.LogoutRequest(), metadata=self.bearer(), timeout=CALL_TIMEOUT_S)
            else:
                self.outbox.put(line)
        except grpc.RpcError as error:
            self.show("failed", {"reason": reason_of(error), "message": error.details()})

    def list(self):
        self.in_room.wait()  # A call may overtake the join.
        page = pb.ListResponse()
        while True:
            request = pb.ListRequest(page_token=page.next_page_token)
            page = self.chat.List(request, metadata=self.bearer(), timeout=CALL_TIMEOUT_S)
            for user in page.users:
                self.show("online", {"username": user.username})
            if not page.next_page_token:
                return

    def run(self):
        """Rule 5: stays in the room until the input or the session has ended. Returns the exit code."""
        failures = 0
        while True:
            stream = Stream()
            status = self.talk(stream)
            bye = stream.goodbye
            failures = 0 if stream.has_joined else failures + 1
            reason = pb.Reason.Name(bye.reason)[len("REASON_") :] if bye else reason_of(status)
            if reason == "REQUEST_INVALID":
                # Rule 4: the server could not read the oldest command without an answer, and never will.
                bad = self.outbox.drop_oldest_sent_on(stream)
                if bad is None:
                    return self.give_up("REQUEST_INVALID", "the server cannot read this client's join")
                self.show("dropped", {"command": bad.request.text_command[:40], "reason": reason})
            elif bye is None and status is None and stream.has_joined and self.outbox.is_done():
                return 0
            elif bye is not None and not bye.reconnect:
                return 0 if self.logged_out else self.give_up(reason, "the session has ended")
            elif status is not None and status.code() == grpc.StatusCode.UNAUTHENTICATED:
                return self.give_up(reason, status.details())
            longest = min(LONGEST_WAIT_S, 0.2 * 2**failures)
            asked = bye.retry_after.ToTimedelta().total_seconds() if bye else 0
            wait_s = asked + random.uniform(0, longest)
            self.show("reconnecting", {"reason": reason, "wait_s": round(wait_s, 1)})
            time.sleep(wait_s)

    def give_up(self, reason, message):
        self.show("ended", {"reason": reason, "message": message})
        return 1

    def connect(self):
        """Waits for a connection, at most for CONNECT_TIMEOUT_S.

        In Python gRPC works on a connection only while a call or this future waits for it, and a call does not wait:
        after a failed attempt it fails at once. A client that only sleeps between its calls may never connect.
        """
        ready = grpc.channel_ready_future(self.channel)
        try:
            ready.result(timeout=CONNECT_TIMEOUT_S)
        except grpc.FutureTimeoutError:
            ready.cancel()  # The call says why there is no connection.

    def talk(self, stream):
        """Runs one stream. Returns its error; None: it ended with OK."""
        self.connect()
        try:
            for response in self.chat.Chat(self.requests(stream), metadata=self.bearer()):
                for event in response.events:
                    self.take(event, stream)
                # Rule 3. The cursor is saved after the events were shown: after a crash they come again.
                if response.cursor:
                    self.state.cursor = response.cursor
                self.state.save()
        except grpc.RpcError as error:
            return error
        finally:
            self.end(stream)
        return None

    def end(self, stream):
        with self.outbox.changed:
            stream.is_over = True
            self.in_room.clear()
            self.outbox.changed.notify_all()

    def requests(self, stream):
        """The requests: the join after the welcome, then every command without a reply, in order."""
        with self.outbox.changed:
            self.outbox.changed.wait_for(lambda: stream.join or stream.is_over)
        if stream.join:
            yield pb.ChatRequest(request_id="join", join=stream.join)
        # If the join is rejected, a command after it would join with another cursor.
        with self.outbox.changed:
            self.outbox.changed.wait_for(lambda: stream.has_joined or stream.is_over)
        while (request := self.outbox.next_for(stream)) is not None:
            yield request

    def take(self, event, stream):
        kind = event.WhichOneof("event")
        if kind is None:
            return  # An event of a newer server.
        value = getattr(event, kind)
        self.show(kind, MessageToDict(event, preserving_proto_field_name=True)[kind])
        if kind in ("gap", "message", "caught_up"):
            self.joined(stream)
        if kind == "welcome":
            self.welcome(value, stream)
        elif kind == "gap":
            self.state.cursor = value.oldest_id - 1
        elif kind == "caught_up":
            self.state.cursor = value.id
        elif kind == "rejected" and event.request_id == "join":
            self.end(stream)  # run() reconnects.
        elif kind == "rejected" and value.HasField("retry_after"):
            self.outbox.again_after(event.request_id, value.retry_after.ToTimedelta().total_seconds())
        elif kind in ("accepted", "rejected", "help"):
            self.outbox.answered(event.request_id)
        elif kind == "goodbye":
            stream.goodbye = value
            self.end(stream)

    def joined(self, stream):
        with self.outbox.changed:
            stream.has_joined = True
            self.in_room.set()
            self.outbox.changed.notify_all()

    def welcome(self, welcome, stream):
        """Rule 2: resumes after the cursor, or begins again in a log without a cursor."""
        with self.outbox.changed:
            if self.state.cursor is not None and self.state.log_id == welcome.log_id:
                stream.join = pb.Join(resume_after=self.state.cursor, log_id=welcome.log_id)
            else:
                recent = min(self.recent, welcome.limits.max_recent)
                stream.join = pb.Join(recent=recent)
                self.state.cursor, self.state.log_id = max(0, welcome.head_id - recent), welcome.log_id
            self.outbox.changed.notify_all()


def reason_of(error):
    """The Reason of an error; without one, for example if no server answers, the name of the status."""
    if error is None:
        return "OK"
    trailers = dict(error.trailing_metadata() or [])
    return trailers.get("obrolan-reason", error.code().name)
