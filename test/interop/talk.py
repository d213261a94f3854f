"""Registers, joins, says something and waits until it comes back: a client from the contract alone.

Usage: talk.py ADDRESS USERNAME PASSWORD TEXT, with what protoc generated on the PYTHONPATH. Prints each event as JSON.
"""

import json
import queue
import sys

import grpc
from google.protobuf.json_format import MessageToDict
from obrolan.v1 import chat_pb2, chat_pb2_grpc

END = None


def main(address, username, password, text):
    commands = queue.SimpleQueue()
    with grpc.insecure_channel(address) as channel:
        room = chat_pb2_grpc.ChatServiceStub(channel)
        registered = room.Register(chat_pb2.RegisterRequest(username=username, password=password))
        bearer = [("authorization", f"Bearer {registered.token}")]

        commands.put(chat_pb2.ChatRequest(request_id="enter", join=chat_pb2.Join()))
        commands.put(chat_pb2.ChatRequest(request_id="hello", send_all=chat_pb2.SendAll(text=text)))
        awaited = {"accepted", "message"}
        for response in room.Chat(iter(commands.get, END), metadata=bearer):
            for event in response.events:
                print(json.dumps(MessageToDict(event, preserving_proto_field_name=True)), flush=True)
                awaited.discard(event.WhichOneof("event"))
            if not awaited:
                commands.put(END)


main(*sys.argv[1:])
