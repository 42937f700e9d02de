// Slack tokens for a Bolt app, from Grantbook's token broker.
//
// The console keeps the tokens, refreshes them and writes down who got one. This module asks for a token when the app
// needs it, remembers it in memory until shortly before its end, and drops it when Slack says that it is over. Nothing
// is written to disk, and no token is logged or printed.
//
//   const grantbook = Grantbook.fromEnvironment();
//   const app = new App({ signingSecret, authorize: grantbook.authorize, clientOptions: { slackApiUrl } });
//   app.use(explain);
//
// Where something wants an installation store (@slack/oauth), grantbook.installationStore() is one.

import { setTimeout as wait } from 'node:timers/promises';
import bolt from '@slack/bolt';

// What Slack answers, in a body with status 200, when a token is over.
const ENDED = new Set(['token_expired', 'invalid_auth', 'token_revoked', 'account_inactive']);
// A token is asked for again when it has less than this left, in milliseconds.
const MARGIN = 60_000;
// How long a token without an end is remembered, in milliseconds.
const KEEP = 600_000;
// How long the console may take in all, in milliseconds: Slack wants its acknowledgement within three seconds.
const PATIENCE = 2_000;
// The broker's name for the app's own token, as opposed to a person's.
const APP = 'app';

const REINSTALL =
  'This app has no working token here any more. Please ask whoever looks after your Slack apps to install it again.';
const SET_UP = 'This app is not set up rightly. Please tell whoever looks after it.';
const again = (seconds) => `I cannot get at Slack for you right now. Please try again in ${seconds} seconds.`;

/** There is no token. `problem` is for the log, `sentence` for the person who waits for an answer. */
export class NoToken extends Error {
  constructor(problem, sentence, retryAfter) {
    super(problem);
    this.name = 'NoToken';
    this.problem = problem;
    this.sentence = sentence;
    /** In seconds; undefined where waiting does not help. */
    this.retryAfter = retryAfter;
  }
}

/** A token that shows itself only where it is revealed. */
class Token {
  #text;

  constructor(text, kind, goodUntil) {
    this.#text = text;
    this.kind = kind;
    this.goodUntil = goodUntil;
  }

  reveal() {
    return this.#text;
  }
}

/** The console's door for one app. */
export class Grantbook {
  #base;
  #app;
  #authorization;
  #slack;
  #log;
  #known = new Map();
  #asking = new Map();

  constructor({ url, app, apiKey, slackApiUrl = 'https://slack.com/api/', log = console.error }) {
    this.#base = `${url.replace(/\/+$/, '')}/api/v1/installations/`;
    this.#app = app;
    this.#authorization = `Bearer ${apiKey}`;
    this.#log = log;
    const quick = { retryConfig: { retries: 0 }, timeout: PATIENCE, attachOriginalToWebAPIRequestError: false };
    this.#slack = new bolt.webApi.WebClient(undefined, { slackApiUrl, ...quick });
    this.authorize = this.authorize.bind(this);
  }

  static fromEnvironment(env = process.env) {
    for (const name of ['GRANTBOOK_URL', 'GRANTBOOK_APP', 'GRANTBOOK_API_KEY']) {
      if (!env[name]) throw new Error(`${name} is not set`);
    }
    return new Grantbook({
      url: env.GRANTBOOK_URL,
      app: env.GRANTBOOK_APP,
      apiKey: env.GRANTBOOK_API_KEY,
      slackApiUrl: env.SLACK_API_URL,
    });
  }

  /** The token of `holder` in `tenant` (`T…`, or `E…` for an organization); asks the console once, however many ask. */
  async token(tenant, holder = APP) {
    const place = `${tenant} ${holder}`;
    const known = this.#known.get(place);
    if (known && Date.now() < known.goodUntil) return known;
    if (!this.#asking.has(place)) {
      const asking = this.#ask(tenant, holder)
        .then((token) => this.#known.set(place, token))
        .catch((problem) => {
          this.#known.delete(place);
          this.#log(`no token for ${this.#app}.${tenant} (${holder}): ${problem.message}`);
          throw problem;
        })
        .finally(() => this.#asking.delete(place));
      this.#asking.set(place, asking);
    }
    await this.#asking.get(place);
    return this.#known.get(place) ?? this.token(tenant, holder);
  }

  /** Drops what is remembered; with `token`, only if it is that one. */
  forget(tenant, holder = APP, token = undefined) {
    const place = `${tenant} ${holder}`;
    if (token === undefined || this.#known.get(place) === token) this.#known.delete(place);
  }

  /** `use(token)`; when Slack says that the token is over, once more with a new one. */
  async call(tenant, use, holder = APP) {
    const token = await this.token(tenant, holder);
    const first = await attempt(use, token);
    if (!first.ended) return first.value;
    this.#log(`the token for ${this.#app}.${tenant} is over (${first.ended}): asking for another`);
    this.forget(tenant, holder, token);
    const fresh = await this.token(tenant, holder);
    const second = fresh.reveal() === token.reveal() ? first : await attempt(use, fresh);
    if (!second.ended) return second.value;
    this.forget(tenant, holder, fresh);
    throw new NoToken(second.ended, REINSTALL);
  }

  /** A token that Slack just took, and what `auth.test` said of it. */
  async living(tenant, holder = APP) {
    const test = async (token) => ({ token, who: await this.#slack.auth.test({ token }) });
    return this.call(tenant, test, holder);
  }

  /** Bolt's `authorize`. Without a token the request goes on with `context.grantbookProblem`: see `explain`. */
  async authorize({ enterpriseId, teamId, isEnterpriseInstall }) {
    try {
      const { token, who } = await this.living(tenantOf({ enterpriseId, teamId, isEnterpriseInstall }));
      return { botToken: token, botId: who.bot_id, botUserId: who.user_id, enterpriseId, teamId };
    } catch (problem) {
      const sentence = problem instanceof NoToken ? problem.sentence : again(60);
      if (!(problem instanceof NoToken)) this.#log(`auth.test: ${problem.data?.error ?? problem.code}`);
      return { enterpriseId, teamId, grantbookProblem: sentence };
    }
  }

  /** For @slack/oauth: it reads. Installing is done through the console. */
  installationStore() {
    return {
      fetchInstallation: async (query) => {
        const { token, who } = await this.living(tenantOf(query));
        return {
          team: query.isEnterpriseInstall ? undefined : { id: who.team_id, name: who.team },
          enterprise: who.enterprise_id ? { id: who.enterprise_id } : undefined,
          isEnterpriseInstall: Boolean(query.isEnterpriseInstall),
          bot: { token, id: who.bot_id, userId: who.user_id, scopes: who.response_metadata?.scopes ?? [] },
          // The console does not hand out who installed; nobody's id is empty.
          user: { id: '', token: undefined, scopes: undefined },
          tokenType: 'bot',
          authVersion: 'v2',
        };
      },
      storeInstallation: async () => {
        throw new Error('apps are installed through Grantbook');
      },
      deleteInstallation: async (query) => this.forget(tenantOf(query)),
    };
  }

  async #ask(tenant, holder) {
    const until = Date.now() + PATIENCE;
    try {
      return await this.#get(tenant, holder, PATIENCE);
    } catch (problem) {
      const pause = (problem.retryAfter ?? Infinity) * 1_000;
      const left = until - Date.now() - pause;
      if (!(left > 0)) throw problem;
      await wait(pause);
      return await this.#get(tenant, holder, left);
    }
  }

  async #get(tenant, holder, timeout) {
    const address = new URL(`${encodeURIComponent(`${this.#app}.${tenant}`)}/token`, this.#base);
    if (holder !== APP) address.searchParams.set('holder', holder);
    let answer;
    let document;
    try {
      answer = await fetch(address, {
        headers: { authorization: this.#authorization, accept: 'application/json' },
        // The API key goes to the console and nowhere else.
        redirect: 'error',
        signal: AbortSignal.timeout(Math.ceil(timeout)),
      });
      document = await answer.json();
    } catch {
      if (!answer || answer.ok) throw new NoToken('console_not_reached', again(60), 60);
    }
    if (!answer.ok) throw refused(answer, document);
    const end = document.expires_at ? Date.parse(document.expires_at) - MARGIN : Date.now() + KEEP;
    return new Token(document.token, document.token_type, end);
  }
}

/** Middleware: a request without a token ends here, with a plain sentence where somebody waits for one. */
export async function explain({ context, ack, command, respond, next }) {
  const problem = context.grantbookProblem;
  if (!problem) return next();
  if (command) return ack(problem);
  await ack?.();
  await respond?.({ text: problem, response_type: 'ephemeral', replace_original: false });
}

/** An organization-wide installation has the organization's key, whatever the workspace. */
export function tenantOf({ enterpriseId, teamId, isEnterpriseInstall }) {
  const tenant = isEnterpriseInstall && enterpriseId ? enterpriseId : (teamId ?? enterpriseId);
  if (!tenant) throw new NoToken('no_tenant', SET_UP);
  return tenant;
}

/** What `use` answered, or Slack's code if it says that the token is over. */
async function attempt(use, token) {
  try {
    return { value: await use(token.reveal()) };
  } catch (refusal) {
    if (ENDED.has(refusal.data?.error)) return { ended: refusal.data.error };
    throw refusal;
  }
}

/** The broker's problem document as a `NoToken`. */
function refused(answer, document) {
  const code = document?.code ?? `http_${answer.status}`;
  if (answer.status === 404 || answer.status === 409) return new NoToken(code, REINSTALL);
  if (answer.status === 429 || answer.status === 503) {
    const seconds = Math.max(1, Number(answer.headers.get('retry-after') ?? 60) || 60);
    return new NoToken(code, again(seconds), seconds);
  }
  if (answer.status >= 500) return new NoToken(code, again(60), 60);
  return new NoToken(code, SET_UP);
}
