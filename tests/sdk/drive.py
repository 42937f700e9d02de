"""Slack's own SDK for Python, driven line by line.

The first argument is the address below which methods live. Each line of standard input is one command, a JSON
object whose `do` names it; each line of standard output is its answer. `tests/it/real_sdk.rs` gives the commands.
All that goes to the simulator is written, and all that comes from it is read, by the SDK.
"""

import json
import sys

import slack_sdk
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.signature import SignatureVerifier
from slack_sdk.version import __version__
from slack_sdk.web import WebClient
from slack_sdk.webhook import WebhookClient

SECONDS = 20


def client(base_url, command):
    """A client with the command's token. A patient one waits out a rate limit, once."""
    web = WebClient(token=command.get("token"), base_url=base_url, timeout=SECONDS)
    if command.get("patient"):
        web.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=1))
    return web


def shown(response):
    headers = {name.lower(): value for name, value in response.headers.items()}
    return {"status": response.status_code, "headers": headers, "data": response.data}


def call(base_url, command):
    """Any method, by its name at Slack."""
    wanted = ("data", "params", "json", "headers", "http_verb")
    options = {name: command[name] for name in wanted if name in command}
    if "files" in command:
        options["files"] = {name: text.encode() for name, text in command["files"].items()}
    return shown(client(base_url, command).api_call(command["method"], **options))


def helper(base_url, command):
    """A method that the SDK has a function for."""
    return shown(getattr(client(base_url, command), command["name"])(**command["arguments"]))


def pages(base_url, command):
    """Every page of a list, in the way that the SDK turns pages."""
    first = client(base_url, command).api_call(command["method"], params=command["params"])
    return {"pages": [page.data for page in first]}


def verify(_base_url, command):
    """Whether the SDK takes a request for Slack's."""
    verifier = SignatureVerifier(command["signing_secret"])
    return {"valid": verifier.is_valid_request(command["body"], command["headers"])}


def reply(_base_url, command):
    """A message through a `response_url`."""
    answer = WebhookClient(command["response_url"], timeout=SECONDS).send(**command["message"])
    return {"status": answer.status_code, "body": answer.body}


COMMANDS = {"call": call, "helper": helper, "pages": pages, "verify": verify, "reply": reply}


def say(answer):
    print(json.dumps(answer), flush=True)


def main():
    base_url = sys.argv[1]
    say({"slack_sdk": __version__, "file": slack_sdk.__file__})
    for line in sys.stdin:
        command = json.loads(line)
        try:
            say(COMMANDS[command["do"]](base_url, command))
        except SlackApiError as error:
            say({"raised": "SlackApiError", **shown(error.response)})
        except Exception as error:  # the test wants to know, whatever it is
            say({"raised": type(error).__name__, "says": str(error)})


if __name__ == "__main__":
    main()
