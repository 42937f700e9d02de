"""A Bolt app with one slash command, whose tokens only Grantbook holds. `docs/recipes/bolt-python.md` tells how to run it."""

import logging
import os
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient

from grantbook_store import Broker, authorize, explain

broker = Broker.from_environment()
slack = WebClient(base_url=os.environ.get("SLACK_API_URL", "https://slack.com/api/"), timeout=10)
app = App(signing_secret=os.environ["SLACK_SIGNING_SECRET"], client=slack, authorize=authorize(broker))
app.middleware(explain)


@app.command("/atlas")
def ask(ack, command, client, respond):
    topic = command.get("text") or "everything"
    ack(f"Asking who works on {topic} …")
    try:
        person = client.users_info(user=command["user_id"])["user"]["name"]
        client.chat_postMessage(channel=command["channel_id"], text=f"@{person} asks who works on {topic}.")
    except SlackApiError as refusal:
        respond(f"Slack did not let me ask: {refusal.response['error']}. Is the app a member of this channel?")


# What a WSGI server serves, as in `gunicorn app:api`.
api = SlackRequestHandler(app)


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments):
        """Bolt says what there is to say."""


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    place = (os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "3000")))
    with make_server(*place, api, server_class=Server, handler_class=Quiet) as server:
        print(f"Bolt listens on port {server.server_port}", flush=True)
        server.serve_forever()
