"""Slack tokens for a Bolt app, from Grantbook's token broker.

The console keeps the tokens, refreshes them and writes down who got one. This module asks for a token when the app
needs it, remembers it in memory until shortly before its end, and drops it when Slack says that it is over. Nothing
is written to disk, and no token is logged or printed.

Two ways to use it, of which the first is the better one, because it can say why there is no token:

    broker = Broker.from_environment()
    app = App(signing_secret=..., authorize=authorize(broker), client=WebClient(base_url=...))
    app.middleware(explain)

    app = App(signing_secret=..., installation_store=GrantbookInstallationStore(broker, WebClient(base_url=...)))
"""

import json
import logging
import os
import threading
import time
from datetime import datetime
from urllib import error, parse, request

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Bot, Installation, InstallationStore
from slack_sdk.web import WebClient

# What Slack answers, in a body with status 200, when a token is over.
ENDED = frozenset({"token_expired", "invalid_auth", "token_revoked", "account_inactive"})
# A token is asked for again when it has less than this left, in seconds.
MARGIN = 60
# How long a token without an end is remembered, in seconds.
KEEP = 600
# How long it is remembered that a person has no token, in seconds.
KEEP_NONE = 60
# How long the console may take in all, in seconds: Slack wants its acknowledgement within three.
PATIENCE = 2.0
# The broker's name for the app's own token, as opposed to a person's.
APP = "app"

REINSTALL = "This app has no working token here any more. Please ask whoever looks after your Slack apps to install it again."
AGAIN = "I cannot get at Slack for you right now. Please try again in {seconds} seconds."
SET_UP = "This app is not set up rightly. Please tell whoever looks after it."

LOGGER = logging.getLogger(__name__)


class NoToken(Exception):
    """There is no token. `code` is for the log, `sentence` for the person who waits for an answer."""

    def __init__(self, code, sentence, retry_after=None):
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.retry_after = retry_after


class Token:
    """A token that shows itself only where it is revealed."""

    __slots__ = ("_text", "kind", "good_until")

    def __init__(self, text, kind, good_until):
        self._text = text
        self.kind = kind
        self.good_until = good_until

    def reveal(self):
        return self._text

    def __repr__(self):
        return f"<a {self.kind} token>"


class _NoRedirect(request.HTTPRedirectHandler):
    """The API key goes to the console and nowhere else."""

    def redirect_request(self, *_arguments):
        return None


class Broker:
    """The console's door for one app."""

    def __init__(self, url, app, api_key):
        self._url = url.rstrip("/")
        self._app = app
        self._authorization = f"Bearer {api_key}"
        self._opener = request.build_opener(_NoRedirect)
        self._lock = threading.Lock()
        self._asking = {}
        self._known = {}
        self._missing = {}

    @classmethod
    def from_environment(cls):
        return cls(os.environ["GRANTBOOK_URL"], os.environ["GRANTBOOK_APP"], os.environ["GRANTBOOK_API_KEY"])

    def token(self, tenant, holder=APP):
        """The token of `holder` in `tenant` (`T…`, or `E…` for an organization); asks the console at most once at a time."""
        place = (tenant, holder)
        with self._lock:
            asking = self._asking.setdefault(place, threading.Lock())
        with asking:
            known = self._known.get(place)
            if known is not None and time.time() < known.good_until:
                return known
            missing = self._missing.get(place)
            if missing is not None and time.time() < missing[0]:
                raise missing[1]
            try:
                self._known[place] = self._ask(tenant, holder)
            except NoToken as problem:
                self._known.pop(place, None)
                LOGGER.warning("no token for %s.%s (%s): %s", self._app, tenant, holder, problem.code)
                if holder != APP and problem.retry_after is None:
                    self._missing[place] = (time.time() + KEEP_NONE, problem)
                raise
            return self._known[place]

    def forget(self, tenant, holder=APP, token=None):
        """Drops what is remembered; with `token`, only if it is that one."""
        known = self._known.get((tenant, holder))
        if known is not None and (token is None or known is token):
            self._known.pop((tenant, holder), None)
        self._missing.pop((tenant, holder), None)

    def call(self, tenant, use, holder=APP):
        """`use(token)`; when Slack says that the token is over, once more with a new one."""
        token = self.token(tenant, holder)
        try:
            return use(token.reveal())
        except SlackApiError as refusal:
            code = ended(refusal)
            if code is None:
                raise
        LOGGER.info("the token for %s.%s is over (%s): asking for another", self._app, tenant, code)
        self.forget(tenant, holder, token)
        fresh = self.token(tenant, holder)
        if fresh.reveal() == token.reveal():
            self.forget(tenant, holder)
            raise NoToken(code, REINSTALL)
        try:
            return use(fresh.reveal())
        except SlackApiError as refusal:
            code = ended(refusal)
            if code is None:
                raise
        self.forget(tenant, holder)
        raise NoToken(code, REINSTALL)

    def living(self, tenant, client, holder=APP):
        """A token that Slack just took, and what `auth.test` said of it."""

        def test(text):
            return text, client.auth_test(token=text)

        return self.call(tenant, test, holder)

    def _ask(self, tenant, holder):
        until = time.monotonic() + PATIENCE
        try:
            return self._get(tenant, holder, PATIENCE)
        except NoToken as problem:
            left = until - time.monotonic() - (problem.retry_after or 0)
            if problem.retry_after is None or left <= 0:
                raise
            time.sleep(problem.retry_after)
        return self._get(tenant, holder, left)

    def _get(self, tenant, holder, timeout):
        key = parse.quote(f"{self._app}.{tenant}", safe="")
        query = "" if holder == APP else "?" + parse.urlencode({"holder": holder})
        asked = request.Request(f"{self._url}/api/v1/installations/{key}/token{query}")
        asked.add_header("Authorization", self._authorization)
        asked.add_header("Accept", "application/json")
        try:
            with self._opener.open(asked, timeout=timeout) as answer:
                document = json.load(answer)
            return Token(document["token"], document["token_type"], _good_until(document.get("expires_at")))
        except error.HTTPError as refusal:
            with refusal:
                raise _problem(refusal) from None
        except (OSError, ValueError, KeyError):
            raise NoToken("console_not_reached", AGAIN.format(seconds=60), 60.0) from None


def authorize(broker):
    """Bolt's `authorize`. Without a token the request goes on with `context["grantbook_problem"]`: see `explain`."""

    def for_request(context, enterprise_id, team_id, client):
        found = AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)
        try:
            tenant = tenant_of(enterprise_id, team_id, context.is_enterprise_install)
            text, who = broker.living(tenant, client)
        except NoToken as problem:
            context["grantbook_problem"] = problem.sentence
            return found
        except (SlackApiError, OSError) as failure:
            code = failure.response.get("error") if isinstance(failure, SlackApiError) else "slack_not_reached"
            LOGGER.warning("auth.test: %s", code)
            context["grantbook_problem"] = AGAIN.format(seconds=60)
            return found
        return AuthorizeResult.from_auth_test_response(auth_test_response=who, bot_token=text)

    return for_request


def explain(ack, command, context, respond, next):
    """Middleware: a request without a token ends here, with a plain sentence where somebody waits for one."""
    problem = context.get("grantbook_problem")
    if problem is None:
        return next()
    if command is not None:
        return ack(problem)
    if context.response_url is not None:
        respond(text=problem, response_type="ephemeral", replace_original=False)
    return ack()


class GrantbookInstallationStore(InstallationStore):
    """The console as Bolt's installation store: it reads. Installing is done through the console."""

    def __init__(self, broker, client=None):
        self._broker = broker
        self._client = client or WebClient()

    @property
    def logger(self):
        return LOGGER

    def find_bot(self, *, enterprise_id, team_id, is_enterprise_install=False):
        found = self._find(enterprise_id, team_id, is_enterprise_install, APP)
        if found is None:
            return None
        text, who = found
        return Bot(
            enterprise_id=who.get("enterprise_id"),
            team_id=None if is_enterprise_install else who.get("team_id"),
            bot_token=text,
            bot_id=who.get("bot_id"),
            bot_user_id=who.get("user_id"),
            is_enterprise_install=bool(is_enterprise_install),
            installed_at=time.time(),
        )

    def find_installation(self, *, enterprise_id, team_id, user_id=None, is_enterprise_install=False):
        """Without `user_id` the app's own token; with it, that person's."""
        found = self._find(enterprise_id, team_id, is_enterprise_install, user_id or APP)
        if found is None:
            return None
        text, who = found
        own = {"user_token": text} if user_id else {"bot_token": text, "bot_id": who.get("bot_id")}
        return Installation(
            enterprise_id=who.get("enterprise_id"),
            team_id=None if is_enterprise_install else who.get("team_id"),
            # The console does not hand out who installed; nobody's id is empty.
            user_id=user_id or "",
            bot_user_id=None if user_id else who.get("user_id"),
            is_enterprise_install=bool(is_enterprise_install),
            **own,
        )

    def delete_bot(self, *, enterprise_id, team_id):
        self._forget(enterprise_id, team_id, APP)

    def delete_installation(self, *, enterprise_id, team_id, user_id=None):
        self._forget(enterprise_id, team_id, user_id or APP)

    def delete_all(self, *, enterprise_id, team_id):
        self._forget(enterprise_id, team_id, APP)

    def save(self, installation):
        raise NotImplementedError("apps are installed through Grantbook")

    def save_bot(self, bot):
        raise NotImplementedError("apps are installed through Grantbook")

    def _find(self, enterprise_id, team_id, is_enterprise_install, holder):
        try:
            tenant = tenant_of(enterprise_id, team_id, is_enterprise_install)
            return self._broker.living(tenant, self._client, holder)
        except NoToken:
            return None

    def _forget(self, enterprise_id, team_id, holder):
        for tenant in filter(None, (enterprise_id, team_id)):
            self._broker.forget(tenant, holder)


def tenant_of(enterprise_id, team_id, is_enterprise_install):
    """Where the app is installed: an organization-wide installation has the organization's key, whatever the workspace."""
    tenant = enterprise_id if is_enterprise_install and enterprise_id else team_id or enterprise_id
    if not tenant:
        raise NoToken("no_tenant", SET_UP)
    return tenant


def ended(refusal):
    """Slack's code, if it says that the token is over."""
    code = refusal.response.get("error")
    return code if code in ENDED else None


def _good_until(expires_at):
    if expires_at is None:
        return time.time() + KEEP
    return datetime.fromisoformat(expires_at.replace("Z", "+00:00")).timestamp() - MARGIN


def _problem(refusal):
    """The broker's problem document as a `NoToken`."""
    try:
        code = str(json.load(refusal)["code"])
    except (OSError, ValueError, KeyError, TypeError):
        code = f"http_{refusal.code}"
    if refusal.code in (404, 409):
        return NoToken(code, REINSTALL)
    if refusal.code in (429, 503):
        wait = _seconds(refusal.headers.get("Retry-After"))
        return NoToken(code, AGAIN.format(seconds=round(wait)), wait)
    if refusal.code >= 500:
        return NoToken(code, AGAIN.format(seconds=60), 60.0)
    return NoToken(code, SET_UP)


def _seconds(text):
    try:
        return max(1.0, float(text))
    except (TypeError, ValueError):
        return 60.0
