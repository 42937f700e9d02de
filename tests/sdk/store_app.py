"""A Bolt app that takes the recipe's store for its installation store, in all the ways that Bolt has."""

import logging
import os
from wsgiref.simple_server import make_server

from grantbook_store import Broker, GrantbookInstallationStore
from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk.web import WebClient

slack = WebClient(base_url=os.environ["SLACK_API_URL"], timeout=10)
store = GrantbookInstallationStore(Broker.from_environment(), slack)
app = App(signing_secret=os.environ["SLACK_SIGNING_SECRET"], client=slack, installation_store=store)


@app.command("/atlas")
def ask(ack, command, client):
    ack()
    person = client.users_info(user=command["user_id"])["user"]["name"]
    client.chat_postMessage(channel=command["channel_id"], text=f"@{person} asks who works on {command['text']}.")


logging.basicConfig(level=logging.INFO)
with make_server("127.0.0.1", int(os.environ["PORT"]), SlackRequestHandler(app)) as server:
    print(f"Bolt listens on port {server.server_port}", flush=True)
    server.serve_forever()
